import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ApiError } from "../../src/kube/api_error.ts";
import type { KubeClient } from "../../src/kube/client.ts";
import { fetchClient } from "../../src/kube/fetch_client.ts";
import { REF, WORKFLOW } from "../lab/http_servers.ts";

const MIB = 1024 * 1024;
const CHUNK = new Uint8Array(MIB).fill(" ".charCodeAt(0));
const PLACE = { namespace: "team" };
const POD = { name: "demo", namespace: "team" };

/** A client whose answers all begin with this text and never end, and how many bytes it has read. */
function endless(
  start: string,
  status = 200,
): { kube: KubeClient; taken: () => number; isGivenUp: () => boolean } {
  let taken = 0;
  let isGivenUp = false;
  const handle = () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(start)),
      pull(controller) {
        taken += CHUNK.length;
        controller.enqueue(CHUNK);
      },
      cancel: () => void (isGivenUp = true),
    });
    return Promise.resolve(new Response(body, { status }));
  };
  const kube = fetchClient({ server: "http://embedded" }, { handle });
  return { kube, taken: () => taken, isGivenUp: () => isGivenUp };
}

const ONE = { ...PLACE, fieldSelector: "metadata.name=demo" };

const requests: [
  what: string,
  send: (kube: KubeClient) => Promise<unknown>,
  doing: string,
  limitMib: number,
][] = [
  ["an object", (kube) => kube.get(REF), 'get Workflow "demo"', 8],
  ["metadata", (kube) => kube.get(REF, { metadataOnly: true }), 'get Workflow "demo"', 8],
  ["a list of one name", (kube) => kube.list(REF, ONE), "list workflows", 8],
  ["a list", (kube) => kube.list(REF, PLACE), "list workflows", 32],
  ["a create's reply", (kube) => kube.create(WORKFLOW), 'create Workflow "demo"', 8],
  ["a patch's reply", (kube) => kube.mergePatch(REF, {}), 'patch Workflow "demo"', 8],
  ["a replace's reply", (kube) => kube.replace(WORKFLOW), 'replace Workflow "demo"', 8],
  ["a delete's reply", (kube) => kube.delete(REF), 'delete Workflow "demo"', 8],
  ["an answer to a question", (kube) => kube.ask("/version"), "ask /version", 8],
];

for (const [what, send, doing, limitMib] of requests) {
  Deno.test(`row 71: fetchClient() reads at most ${limitMib} MiB of ${what}, and says so`, async () => {
    const { kube, taken, isGivenUp } = endless('{"metadata": ');
    const error = await assertRejects(() => send(kube), ApiError);
    assertEquals(error.message, `Cannot ${doing}: the answer is longer than ${limitMib} MiB`);
    assertEquals([error.fault, isGivenUp()], ["server", true]);
    assert(taken() <= (limitMib + 2) * MIB, `${taken()} bytes were taken`);
  });
}

Deno.test("row 71: fetchClient() reads at most 1 MiB of a log, keeps it, and says so", async () => {
  const { kube, taken, isGivenUp } = endless("the first line\n");
  const log = await kube.readLog(POD, { container: "main", tailLines: 20 });
  assertEquals(log.split("\n")[0], "the first line");
  assertEquals(log.split("\n").at(-1), "(cut: the log goes on after 1 MiB)");
  assertEquals(isGivenUp(), true);
  assert(taken() <= 3 * MIB, `${taken()} bytes were taken`);
});

Deno.test("row 71: fetchClient() reads only the beginning of an error's body, and decides by its code", async () => {
  for (const [status, fault] of [[500, "server"], [403, "forbidden"], [401, "unauthorized"]] as const) {
    const { kube, taken, isGivenUp } = endless("<html>Please log in", status);
    const error = await assertRejects(() => kube.get(REF), ApiError);
    assertEquals([error.fault, error.status, isGivenUp()], [fault, status, true]);
    assertStringIncludes(error.message, `<html>Please log in (${status})`);
    assert(taken() <= 2 * MIB, `${taken()} bytes were taken`);
  }
});

Deno.test("row 71: fetchClient() accepts an answer of exactly the limit", async () => {
  const text = JSON.stringify(WORKFLOW).padEnd(8 * MIB);
  const kube = fetchClient({ server: "http://embedded" }, {
    handle: () => Promise.resolve(new Response(text)),
  });
  assertEquals((await kube.get(REF)).metadata.uid, "uid-1");
});
