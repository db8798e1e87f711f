/**
 * A stream of JSON values, one value per line.
 *
 * @module
 */
import { Lines } from "../io/lines.ts";

/** Longest line in bytes; an object in etcd has at most 1.5 MiB. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;

/**
 * Yields each line's value. Blank lines are skipped.
 *
 * @throws {Error} If a line is no JSON, is too long, or the stream ends in the middle of a line: a connection that is
 * cut there ends cleanly
 */
export async function* jsonLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  const lines = new Lines();
  for await (const chunk of stream) {
    for (const line of lines.push(chunk)) {
      // `trim` also drops a byte order mark.
      if (line.trim() !== "") yield parseLine(line.trim());
    }
    if (lines.restBytes > MAX_LINE_BYTES) {
      throw new Error(`the stream has a line of over ${MAX_LINE_BYTES} bytes`);
    }
  }
  if (lines.restBytes > 0) throw new Error("the stream ended in the middle of a line");
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Error(`the stream has a line that is no JSON: ${JSON.stringify(line.slice(0, 100))}`, {
      cause: error,
    });
  }
}
