import { assert, assertEquals } from "@std/assert";
import type { Fault } from "../../src/kube/api_error.ts";
import { failure } from "../lab/recorded_answers.ts";
import type { MemoryWatch } from "../lab/memory_client.ts";
import { MINUTE, Wait, waiting } from "../lab/wait_lab.ts";

/** What a burst of 10 and 30 a minute allow in 10 minutes. */
const MOST_IN_10_MINUTES = 310;

/** Counts the requests of 10 minutes in which the trouble lasts. */
async function assertPace(wait: Wait): Promise<void> {
  await wait.clock.advance(10 * MINUTE);
  const count = wait.kube.count();
  assert(count <= MOST_IN_10_MINUTES, `${count} requests in 10 minutes`);
  assert(count >= 10, `${count} requests in 10 minutes: it seems to have given up`);
}

const faults: Fault[] = [
  "refused",
  "broken",
  "tls",
  "credentials",
  "server",
  "webhook",
  "throttled",
  "kindMissing",
  "expired",
];

for (const fault of faults) {
  for (const labels of [true, false]) {
    Deno.test(`waitForObject() makes at most 30 requests a minute while all are answered ${fault}, ${labels ? "with" : "without"} labels`, async () => {
      const wait = await waiting({ labels });
      wait.disturb(failure(fault));
      wait.kube.watches.at(-1)?.cut();
      await assertPace(wait);
    });
  }
}

const watchFaults: Fault[] = ["expired", "server", "throttled", "broken", "unauthorized", "invalid"];

for (const fault of watchFaults) {
  Deno.test(`waitForObject() makes at most 30 requests a minute while all watches are answered ${fault}`, async () => {
    const wait = await waiting({ labels: false });
    wait.disturb(failure(fault), "watch");
    wait.kube.watches.at(-1)?.cut();
    await assertPace(wait);
  });
}

const ownMetadata = ({ workflow }: Wait) => ({ ...workflow.metadata, ownerReferences: [] });

const watchTroubles: [what: string, trouble: (watch: MemoryWatch, wait: Wait) => void][] = [
  ["end at once", (watch) => watch.end()],
  ["break at once", (watch) => watch.cut()],
  ["end after 1 s", (watch, wait) => void wait.clock.sleep(1_000).then(() => watch.end())],
  ["give 410 at once", (watch) => watch.send("ERROR", JSON.parse(expired))],
  ["give an event of an unknown type at once", (watch) => watch.send("RENAMED", { metadata: {} })],
  ["replay an old state at once and end", (watch, wait) => {
    watch.send("MODIFIED", { metadata: ownMetadata(wait) });
    watch.end();
  }],
  ["replay a deletion at once", (watch, wait) => watch.send("DELETED", { metadata: ownMetadata(wait) })],
  ["give a bookmark at once and break", (watch) => {
    watch.send("BOOKMARK", { metadata: { resourceVersion: "2000" } });
    watch.cut();
  }],
];

const expired = JSON.stringify({ kind: "Status", code: 410, reason: "Expired", message: "too old" });

for (const [what, trouble] of watchTroubles) {
  for (const labels of [true, false]) {
    Deno.test(`waitForObject() makes at most 30 requests a minute where all watches ${what}, ${labels ? "with" : "without"} labels`, async () => {
      const wait = await waiting({ labels });
      wait.kube.onWatch = (watch) => trouble(watch, wait);
      wait.kube.watches.at(-1)?.end();
      await assertPace(wait);
    });
  }
}

Deno.test("waitForObject() asks for hardly more than watches while a whole object never rests", async () => {
  const wait = await waiting({ labels: false });
  const restless = async () => {
    while (true) {
      await wait.clock.sleep(200, wait.stop.signal);
      wait.touch();
    }
  };
  restless().catch(() => {});
  await wait.clock.advance(10 * MINUTE);
  // A watch lasts 3 minutes or more, and each 5 minutes a GET makes sure.
  assertEquals([wait.kube.count("watch"), wait.kube.count("get"), wait.kube.count()], [4, 2, 6]);
  wait.stop.abort(new Error("stop"));
});

Deno.test("waitForObject() makes at most 30 requests a minute where labels claim an end that is none", async () => {
  const wait = new Wait();
  const labels = { phase: "Succeeded", completed: "true" };
  wait.api.patch("Workflow", "team", "demo", { metadata: { labels }, status: { phase: "Running" } });
  await wait.begin();
  await assertPace(wait);
});
