import { assert, assertEquals, assertRejects } from "@std/assert";
import { jsonLines } from "../../src/kube/json_lines.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** A stream of these chunks. */
function streamOf(...chunks: (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunks.map((chunk) => typeof chunk === "string" ? encode(chunk) : chunk));
}

async function valuesOf(stream: ReadableStream<Uint8Array>, seen: unknown[] = []): Promise<unknown[]> {
  for await (const value of jsonLines(stream)) seen.push(value);
  return seen;
}

Deno.test("jsonLines() yields a value for each line", async () => {
  assertEquals(await valuesOf(streamOf('{"a":1}\n[2]\n"three"\n')), [{ a: 1 }, [2], "three"]);
  assertEquals(await valuesOf(streamOf()), []);
});

Deno.test("row 39: jsonLines() puts lines together that come byte by byte, also within a character", async () => {
  const bytes = encode('{"text":"ä€😀"}\r\n\n{"b":2}\n');
  const chunks = Array.from(bytes, (byte) => new Uint8Array([byte]));
  assertEquals(await valuesOf(streamOf(...chunks)), [{ text: "ä€😀" }, { b: 2 }]);
});

Deno.test("row 39: jsonLines() splits lines that come in one chunk, with the start of the next line", async () => {
  assertEquals(await valuesOf(streamOf("1\n2\n3", "4\n5", "\n")), [1, 2, 34, 5]);
});

Deno.test("row 39: jsonLines() accepts CRLF and skips blank lines", async () => {
  assertEquals(await valuesOf(streamOf("\r\n\n  \n1\r\n\r\n2\n")), [1, 2]);
});

Deno.test("row 39: jsonLines() yields a line as soon as it is whole", async () => {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const lines = jsonLines(new ReadableStream({ start: (opened) => void (controller = opened) }));
  controller?.enqueue(encode('1\n{"half'));
  assertEquals(await lines.next(), { done: false, value: 1 });
  await lines.return(undefined);
});

Deno.test("row 39: jsonLines() reads a line of 5 MB", async () => {
  const text = "x".repeat(5_000_000);
  const chunks = JSON.stringify(text).match(/.{1,65536}/g) ?? [];
  assertEquals((await valuesOf(streamOf(...chunks, "\n")))[0] === text, true);
});

Deno.test("row 39: jsonLines() stops reading in a line of over 8 MiB", async () => {
  let chunks = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull: (stream) => {
      chunks++;
      stream.enqueue(new Uint8Array(1024 * 1024).fill(120));
    },
  });
  await assertRejects(() => valuesOf(endless), Error, "a line of over 8388608 bytes");
  assert(chunks <= 11, `${chunks} MiB were read`);
});

for (const line of ["{", "<html>", "\0", '{"a":1}{"b":2}', "{'a':1}"]) {
  Deno.test(`row 40: jsonLines() throws for the line ${JSON.stringify(line)}, after the lines before it`, async () => {
    const seen: unknown[] = [];
    const read = () => valuesOf(streamOf(`1\n${line}\n2\n`), seen);
    await assertRejects(read, Error, "the stream has a line that is no JSON");
    assertEquals(seen, [1]);
  });
}

for (const rest of ['{"a":', "12", '{"a":1}']) {
  Deno.test(`jsonLines() throws for a stream that ends in ${rest} without a line's end`, async () => {
    const seen: unknown[] = [];
    await assertRejects(() => valuesOf(streamOf(`1\n${rest}`), seen), Error, "ended in the middle of a line");
    assertEquals(seen, [1]);
  });
}

Deno.test("jsonLines() throws what the stream throws", async () => {
  const stream = new ReadableStream<Uint8Array>({ start: (opened) => opened.error(new Error("reset")) });
  await assertRejects(() => valuesOf(stream), Error, "reset");
});

Deno.test("jsonLines() cancels the stream with its reader", async () => {
  let isCancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    start: (opened) => opened.enqueue(encode("1\n2\n")),
    cancel: () => void (isCancelled = true),
  });
  for await (const _value of jsonLines(stream)) break;
  assertEquals(isCancelled, true);
});
