import { assert, assertEquals } from "@std/assert";
import { followedWorkflow, nodeOf, streamsOf } from "../../../runners/argo/follow_logs.ts";
import type { Log } from "../../../src/mod.ts";
import { silentLog } from "../../../src/io/log.ts";
import type { KubeClient, KubeObject, ListOptions, ObjectRef } from "../../../src/kube/client.ts";
import type { FollowedPods } from "../../../src/pods/follow_pods.ts";
import { type FakeClock, fakeClock } from "../../../src/testing/mod.ts";
import { type AskedLog, at, HANG, logClient, type LogStream } from "../../lab/log_streams.ts";
import { recordingsOf, refusal } from "../../lab/recorded.ts";

const { recording } = recordingsOf("argo");

interface Followed {
  clock: FakeClock;
  logs: FollowedPods;
  /** The log: `info [node] line`. */
  told: string[];
  lists: ListOptions[];
  /** The pods that were read. */
  reads: string[];
  asked: AskedLog[];
  signal: AbortController;
}

/** The client's pods by name, each as the name of its node or as the pod itself. */
type Pods = Record<string, string | undefined | KubeObject>;

/** Follows the logs of these pods; both functions may throw. */
function following(
  pods: () => Pods,
  streamOf: (asked: AskedLog) => LogStream,
  signal = new AbortController(),
): Followed {
  const clock = fakeClock();
  const told: string[] = [];
  const lists: ListOptions[] = [];
  const reads: string[] = [];
  const { kube: streams, asked } = logClient(streamOf);
  const kube = {
    ...streams,
    async list(_type: unknown, options: ListOptions) {
      lists.push(options);
      const items = Object.entries(pods()).map(aPod)
        .map(({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata }));
      return await Promise.resolve({ resourceVersion: "1", items });
    },
    async get({ name }: ObjectRef) {
      reads.push(name);
      return await Promise.resolve(aPod([name, pods()[name]]));
    },
  } as unknown as KubeClient;
  const log: Log = {
    ...silentLog,
    info: (message) => void told.push(`info ${message}`),
    warn: (message) => void told.push(`warn ${message}`),
  };
  const logs = followedWorkflow(kube, { name: "demo", namespace: "team" }, {
    signal: signal.signal,
    log,
    clock,
  });
  logs.run();
  return { clock, logs, told, lists, reads, asked, signal };
}

/** A container's state: not started, running, or ended with a code. */
type State = "waiting" | "running" | number;

/** A pod of a step, by default with Argo's own containers and the main container. */
function aPod([name, node]: [string, Pods[string]]): KubeObject {
  if (typeof node === "object") return node;
  return stepPod(name, node, { init: 0, wait: "running", main: "running" });
}

function stepPod(
  name: string,
  node: string | undefined,
  states: Record<string, State>,
  resourceVersion = "1",
): KubeObject {
  const annotations = node === undefined ? {} : { "workflows.argoproj.io/node-name": node };
  const names = Object.keys(states).map((container) => ({ name: container }));
  const statuses = Object.entries(states).map(([container, state]) => ({
    name: container,
    state: stateOf(state),
  }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, annotations, resourceVersion },
    spec: { containers: names },
    status: { containerStatuses: statuses },
  };
}

function stateOf(state: State) {
  if (state === "waiting") return { waiting: { reason: "PodInitializing" } };
  const startedAt = "2026-11-25T00:38:16Z";
  return state === "running" ? { running: { startedAt } } : { terminated: { exitCode: state, startedAt } };
}

Deno.test("FollowedPods begins each line with its node, or its pod", async () => {
  const { clock, told, lists, asked } = following(
    () => ({ "demo-a": "demo[0].each(1:b)", "demo-b": undefined }),
    ({ pod }) => [at("01", `I am ${pod}`), HANG],
  );
  await clock.advance(3_000);
  assertEquals(told, ["info [each(1:b)] I am demo-a", "info [demo-b] I am demo-b"]);
  assertEquals(asked.map(({ container }) => container), ["main", "main"]);
  const { signal: _signal, ...options } = lists[0]!;
  assertEquals(options, {
    namespace: "team",
    labelSelector: "workflows.argoproj.io/workflow=demo",
    metadataOnly: true,
  });
});

Deno.test("FollowedPods finds further pods, with at most one list in 3 s and one stream per pod", async () => {
  const pods: Record<string, string> = { "demo-a": "demo.a" };
  const { clock, told, lists, reads, asked } = following(() => pods, () => [at("01", "hello"), HANG]);
  await clock.advance(10_000);
  pods["demo-b"] = "demo.b";
  await clock.advance(20_000);
  assertEquals(told, ["info [a] hello", "info [b] hello"]);
  assertEquals(asked.length, 2);
  assert(lists.length <= 10, `${lists.length}`);
  assertEquals(reads, ["demo-a", "demo-b"]);
});

Deno.test("FollowedPods follows each container of the work as soon as it has started, and Argo's own containers if they fail", async () => {
  let pod = stepPod("demo-a", "demo.a", { init: 0, prepare: "running", wait: "waiting", main: "waiting" });
  const { clock, told, reads } = following(
    () => ({ "demo-a": pod }),
    ({ container }) => [at("01", `I am ${container}`), HANG],
  );
  await clock.advance(3_000);
  assertEquals(told, ["info [a/prepare] I am prepare"]);
  await clock.advance(10_000);
  assertEquals(reads.length, 1);
  pod = stepPod("demo-a", "demo.a", { init: 0, prepare: 0, wait: "running", main: "running", side: 0 }, "2");
  await clock.advance(4_000);
  assertEquals(told.slice(1), ["info [a] I am main", "info [a/side] I am side"]);
  pod = stepPod("demo-a", "demo.a", { init: 0, prepare: 0, wait: 64, main: 0, side: 0 }, "3");
  await clock.advance(4_000);
  assertEquals(told.slice(3), ["info [a/wait] I am wait"]);
});

Deno.test("streamsOf() of a recorded containerSet are its containers, without Argo's own containers unless they failed", () => {
  const [pod] = recording("container-set").pods;
  assertEquals(
    streamsOf(pod!, "container-set").map(({ container, label }) => [container, label]),
    [["one", "container-set/one"], ["two", "container-set/two"]],
  );
});

Deno.test("FollowedPods shows every line of Argo's executor if it has failed", async () => {
  const line = 'time="2026-11-25T00:38:16.443Z" level=error msg="cannot save outputs" argo=true';
  const { clock, told } = following(
    () => ({ "demo-a": stepPod("demo-a", "demo.a", { init: 0, wait: 64, main: 0 }) }),
    () => [at("01", line), HANG],
  );
  await clock.advance(3_000);
  assertEquals(told, [`info [a/wait] ${line}`]);
});

Deno.test("FollowedPods sends no request if the run is over before it begins", async () => {
  const signal = new AbortController();
  signal.abort(new Error("over"));
  const { clock, lists } = following(() => ({ a: "demo" }), () => [HANG], signal);
  await clock.advance(10_000);
  assertEquals(lists, []);
});

Deno.test("FollowedPods opens at most 50 streams at once, and lists less often if there are more pods", async () => {
  const pods = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`demo-${index}`, undefined]));
  const { clock, lists, asked, signal } = following(() => pods, () => [HANG]);
  await clock.advance(20_000);
  assertEquals([asked.length, lists.length], [50, 2]);
  signal.abort();
  await clock.advance(0);
  assertEquals(asked.length, 50);
});

Deno.test("FollowedPods.finish() takes the last lines of what it follows, and those of pods that were too short", async () => {
  const pods: Pods = { "demo-work-1": "demo.a" };
  const { clock, logs, told, lists } = following(
    () => pods,
    ({ pod, follow }) => {
      if (pod !== "demo-work-1") return [at("05", "short")];
      return follow ? [at("01", "hello"), HANG] : [at("01", "hello"), at("02", "bye")];
    },
  );
  await clock.advance(3_000);
  pods["demo-work-2"] = stepPod("demo-work-2", "demo.b", { init: 0, wait: 0, main: 0 });
  pods["demo-work-3"] = stepPod("demo-work-3", "demo.never", {
    init: "waiting",
    wait: "waiting",
    main: "waiting",
  });
  const finished = logs.finish();
  await clock.advance(1_000);
  await finished;
  assertEquals(told.toSorted(), ["info [a] bye", "info [a] hello", "info [b] short"]);
  await clock.advance(60_000);
  assertEquals(lists.length, 2);
});

Deno.test("FollowedPods.finish() returns at once when all logs are at their end", async () => {
  const { clock, logs, told } = following(() => ({ "demo-a": "demo.a" }), () => [at("01", "hello")]);
  await clock.advance(5_000);
  await logs.finish();
  assertEquals([told, clock.now()], [["info [a] hello"], 5_000]);
});

Deno.test("FollowedPods.finish() waits for 2 s at most", async () => {
  const { clock, logs } = following(() => ({ "demo-a": "demo.a" }), () => [HANG]);
  await clock.advance(3_000);
  let isOver = false;
  const finished = logs.finish().then(() => isOver = true);
  await clock.advance(1_900);
  assertEquals(isOver, false);
  await clock.advance(100);
  await finished;
});

for (const what of ["pods", "logs"]) {
  Deno.test(`FollowedPods gives up with one warning where it may not read ${what}`, async () => {
    const refuse = (asked: string) => {
      if (asked === what) throw refusal("forbidden");
    };
    const { clock, logs, told, lists, asked } = following(
      () => (refuse("pods"), { "demo-a": "demo.a", "demo-b": "demo.b" }),
      () => (refuse("logs"), [HANG]),
    );
    await clock.advance(60_000);
    assertEquals(told, ["warn Cannot follow the logs: Cannot read it (forbidden)"]);
    assertEquals(lists.length, 1);
    await logs.finish();
    assertEquals(asked.length, what === "pods" ? 0 : 2);
  });
}

Deno.test("FollowedPods lists again after an error, later each time", async () => {
  let looks = 0;
  const { clock, told, lists } = following(() => {
    if (looks++ < 3) throw refusal("server");
    return { "demo-a": "demo.a" };
  }, () => [at("01", "hello"), HANG]);
  await clock.advance(3_000 + 6_000 + 12_000);
  assertEquals([told, lists.length], [[], 3]);
  await clock.advance(24_000);
  assertEquals(told, ["info [a] hello"]);
});

Deno.test("FollowedPods leaves out what Argo's executor logs in the work's containers", async () => {
  const executor =
    'time="2026-11-25T00:38:16.443Z" level=info msg="sub-process exited" argo=true error="<nil>"';
  const { clock, told } = following(
    () => ({ "demo-a": "demo.a" }),
    () => [at("01", executor), at("01", "Error: exit status 3"), at("01", "mine argo=true"), HANG],
  );
  await clock.advance(3_000);
  assertEquals(told, ["info [a] mine argo=true"]);
});

Deno.test("FollowedPods removes control sequences from lines", async () => {
  const { clock, told } = following(
    () => ({ "demo-a": "demo.a" }),
    () => [at("01", "\x1b[2J\x1b[31mred\x1b[0m\ta\rb\x07\x1b]0;title\x07"), HANG],
  );
  await clock.advance(3_000);
  assertEquals(told, ["info [a] red\tab]0;title"]);
});

const nodeNames: [string | undefined, string | undefined][] = [
  ["demo", "demo"],
  ["demo(0)", "demo(0)"],
  ["demo.task", "task"],
  ["demo[0].step-1", "step-1"],
  ["demo[0].each(1:b)", "each(1:b)"],
  ["demo[0].each(0:a.b)(1)", "each(0:a.b)(1)"],
  ["demo.outer[1].inner(0)", "inner(0)"],
  [undefined, undefined],
];

for (const [name, expected] of nodeNames) {
  Deno.test(`nodeOf() by ${name} is ${expected}`, () => assertEquals(nodeOf(name, "demo"), expected));
}
