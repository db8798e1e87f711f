/**
 * Bodies of answers as a faulty network or server sends them.
 *
 * @module
 */
import { sleep } from "../lab/waiting.ts";

/** A body as it comes. */
export type Body = AsyncIterable<Uint8Array>;

/** A promise that never settles: whatever awaits it stays silent. */
export function never(): Promise<never> {
  return new Promise(() => {});
}

/** Events, one a line. */
export async function* events(...all: unknown[]): AsyncGenerator<string> {
  for (const event of all) yield `${JSON.stringify(event)}\n`;
}

/** Nothing, for some time. */
export async function* silence(ms: number): AsyncGenerator<string> {
  await sleep(ms);
  yield "";
}

/** Whole lines, each with its end. */
export async function* lines(body: Body): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) yield `${part}\n`;
  }
  yield rest;
}

/** One byte after another, with a pause between them. */
export async function* byteByByte(body: Body, pauseMs = 0): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    for (const byte of chunk) {
      if (pauseMs > 0) await sleep(pauseMs);
      yield Uint8Array.of(byte);
    }
  }
}

/** Some pieces first, then a body. */
export async function* before(
  first: AsyncIterable<string>,
  body: AsyncIterable<string | Uint8Array>,
): AsyncGenerator<string | Uint8Array> {
  yield* first;
  yield* body;
}

/** A body that can be stopped without being ended: what comes later is lost, and its bytes are counted. */
export async function* untilSilent(
  body: Body,
  stream: { isSilent: boolean; lost: number },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    if (stream.isSilent) stream.lost += chunk.length;
    else yield chunk;
  }
  if (stream.isSilent) await never();
}
