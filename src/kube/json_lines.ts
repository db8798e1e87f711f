/**
 * A stream of JSON values, one a line.
 *
 * @module
 */

/** Longest line in bytes; an object in etcd has at most 1.5 MiB. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;

const NEWLINE = 10;

/**
 * Yields each line's value. Blank lines are skipped.
 *
 * @throws {Error} If a line is no JSON, is too long, or the stream ends in the middle of one: a connection that is
 * cut there ends cleanly
 */
export async function* jsonLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  for await (const chunk of stream) {
    let from = 0;
    for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
      const line = textOf([...rest, chunk.subarray(from, to)]);
      rest = [];
      restBytes = 0;
      from = to + 1;
      if (line.trim() !== "") yield parseLine(line);
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
    restBytes += chunk.length - from;
    if (restBytes > MAX_LINE_BYTES) throw new Error(`the stream has a line of over ${MAX_LINE_BYTES} bytes`);
  }
  if (restBytes > 0) throw new Error("the stream ended in the middle of a line");
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

function textOf(parts: Uint8Array[]): string {
  const decoder = new TextDecoder();
  return parts.map((part) => decoder.decode(part, { stream: true })).join("") + decoder.decode();
}
