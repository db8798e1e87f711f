/**
 * Writing to standard output and standard error.
 *
 * @module
 */

/** A standard stream: `Deno.stdout` or `Deno.stderr`. */
export interface Stream {
  /** Writes some of the bytes and returns how many. */
  writeSync(bytes: Uint8Array): number;
}

/**
 * Writes the whole text, or stops without an error.
 *
 * A closed pipe or a full disk must never decide how a run ends, and there is nowhere left to report it.
 */
export function writeText(stream: Stream, text: string): void {
  let bytes = new TextEncoder().encode(text);
  try {
    for (let written = 1; written > 0 && bytes.length > 0;) {
      written = stream.writeSync(bytes);
      bytes = bytes.subarray(written);
    }
  } catch {
    // See above.
  }
}
