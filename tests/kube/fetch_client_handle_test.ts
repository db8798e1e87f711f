import { assert, assertEquals, assertRejects } from "@std/assert";
import { dryRunClient } from "../../src/kube/dry_run_client.ts";
import { fetchClient } from "../../src/kube/fetch_client.ts";
import { retry } from "../../src/object/retry.ts";
import { clockOf } from "../../src/kube/client.ts";
import { BEFORE_CREATE } from "../../src/object/fault_rules.ts";
import { silentLog } from "../../src/io/log.ts";
import { quickClock } from "../lab/quick_clock.ts";
import { apiOn, REF, WORKFLOW } from "../lab/wait_lab.ts";

const SERVER = { server: "http://nowhere.invalid" };
const metadata = { name: REF.name, namespace: REF.namespace };

Deno.test("fetchClient() with a handle calls that in place of the network", async () => {
  const api = apiOn(quickClock());
  const kube = fetchClient(SERVER, { handle: api.handle });
  const { metadata: { uid } } = await kube.create({ ...WORKFLOW, metadata, spec: {} });
  assertEquals((await kube.get(REF)).metadata.uid, uid);
});

Deno.test("fetchClient() with a handle ends a request with its signal, however long it waited", async () => {
  const stop = new AbortController();
  const handle = ({ signal }: Request) =>
    new Promise<Response>((_resolve, reject) =>
      signal.addEventListener("abort", () => reject(new Error("given up")))
    );
  const answer = assertRejects(
    () => fetchClient(SERVER, { handle }).get(REF, { signal: stop.signal }),
    Error,
    "enough",
  );
  // Enough for a garbage collection, which must not take the request's signal.
  for (let i = 0; i < 20; i++) {
    new Array(1_000_000).fill({});
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  stop.abort(new Error("enough"));
  await answer;
});

Deno.test("clockOf() is the client's clock, also behind a dry run, unless the options name a clock", async () => {
  const [own, other] = [quickClock(), quickClock()];
  const kube = fetchClient(SERVER, { clock: own, handle: () => Promise.reject(new TypeError("no route")) });
  assertEquals(clockOf(dryRunClient(kube)), own);
  assertEquals(clockOf(kube, { clock: other }), other);
  const options = { clock: clockOf(kube), log: silentLog, rules: BEFORE_CREATE };
  await assertRejects(() => own.finish(retry(() => kube.get(REF), options)));
  assert(own.now() >= BEFORE_CREATE.broken.forMs);
});
