/**
 * Reading streams of unknown length.
 *
 * @module
 */

/** The beginning of a stream. */
export interface StreamStart {
  bytes: Uint8Array;
  /** Whether the stream goes on after that; the rest is not read. */
  isCut: boolean;
}

/** Reads a stream to its end, or up to `maxBytes`. */
export async function readStart(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<StreamStart> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const kept = chunk.subarray(0, maxBytes - size);
    chunks.push(kept);
    size += kept.length;
    if (kept.length < chunk.length) return { bytes: joined(chunks, size), isCut: true };
  }
  return { bytes: joined(chunks, size), isCut: false };
}

/**
 * Reads a whole stream.
 *
 * @throws {RangeError} If it is longer than `maxBytes`
 */
export async function readAtMost(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const { bytes, isCut } = await readStart(stream, maxBytes);
  if (isCut) throw new RangeError(`is larger than the limit of ${maxBytes} bytes`);
  return bytes;
}

function joined(chunks: Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
