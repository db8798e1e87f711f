/**
 * Lines of a stream that comes in chunks.
 *
 * @module
 */

const NEWLINE = 10;

/** Splits chunks of UTF-8 into lines, without their ends. */
export class Lines {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #maxChars: number;
  #rest = "";
  #restBytes = 0;

  /**
   * Nothing is read before `push()`.
   *
   * @param maxChars longest line in characters: a longer line is cut and ends in `…`. By default no line is cut
   */
  constructor({ maxChars = Infinity }: { maxChars?: number } = {}) {
    this.#maxChars = maxChars;
  }

  /** Returns the lines that this chunk completes. */
  push(chunk: Uint8Array): string[] {
    const [first = "", ...others] = this.#decoder.decode(chunk, { stream: true }).split("\n");
    const lines = [this.#rest + first, ...others].map((line) => this.#cut(line));
    this.#rest = lines.pop() ?? "";
    this.#restBytes = lines.length === 0
      ? this.#restBytes + chunk.length
      : chunk.length - chunk.lastIndexOf(NEWLINE) - 1;
    return lines;
  }

  /** What follows the last newline; cut like a line. */
  get rest(): string {
    return this.#rest;
  }

  /** How many bytes follow the last newline, also those that are cut. */
  get restBytes(): number {
    return this.#restBytes;
  }

  #cut(line: string): string {
    return line.length > this.#maxChars ? `${line.slice(0, this.#maxChars)}…` : line;
  }
}
