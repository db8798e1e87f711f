import { assert, assertEquals } from "@std/assert";
import { followedWorkflow, nodeOf, podsOfEnded } from "../../../runners/argo/follow_logs.ts";
import {
  type FollowedPods,
  type KubeClient,
  type KubeObject,
  type ListOptions,
  type Log,
  silentLog,
} from "../../../src/mod.ts";
import { type FakeClock, fakeClock } from "../../../src/testing/mod.ts";
import { type AskedLog, at, HANG, logClient, type LogStream } from "../../kube/log_streams.ts";
import { refusal } from "../recorded.ts";

interface Followed {
  clock: FakeClock;
  logs: FollowedPods;
  /** What was logged: `info [node] line`. */
  told: string[];
  lists: ListOptions[];
  asked: AskedLog[];
  signal: AbortController;
}

/** Follows the logs of these pods, given by their nodes' names; both functions may throw. */
function following(
  pods: () => Record<string, string | undefined>,
  streamOf: (asked: AskedLog) => LogStream,
  signal = new AbortController(),
): Followed {
  const clock = fakeClock();
  const told: string[] = [];
  const lists: ListOptions[] = [];
  const { kube: streams, asked } = logClient(streamOf);
  const kube = {
    ...streams,
    async list(_type: unknown, options: ListOptions) {
      lists.push(options);
      return await Promise.resolve({ resourceVersion: "1", items: Object.entries(pods()).map(aPod) });
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
  return { clock, logs, told, lists, asked, signal };
}

function aPod([name, node]: [string, string | undefined]): KubeObject {
  const annotations = node === undefined ? {} : { "workflows.argoproj.io/node-name": node };
  return { apiVersion: "v1", kind: "Pod", metadata: { name, annotations } };
}

/** A Workflow that has ended, with these pods by the ends of their ids. */
function anEnded(...nodes: { id: string; displayName: string; phase?: string }[]): KubeObject {
  const entries = nodes.map((node) => [`demo-${node.id}`, {
    phase: "Succeeded",
    type: "Pod",
    name: `demo.${node.displayName}`,
    templateName: "work",
    ...node,
  }]);
  const status = { nodes: Object.fromEntries(entries) };
  return { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow", metadata: { name: "demo" }, status };
}

Deno.test("FollowedPods logs each line led by its node, or by its pod", async () => {
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
    fieldSelector: "status.phase!=Pending",
    metadataOnly: true,
  });
});

Deno.test("FollowedPods finds further pods, with at most one list in 3 s and one stream a pod", async () => {
  const pods: Record<string, string> = { "demo-a": "demo.a" };
  const { clock, told, lists, asked } = following(() => pods, () => [at("01", "hello"), HANG]);
  await clock.advance(10_000);
  pods["demo-b"] = "demo.b";
  await clock.advance(20_000);
  assertEquals(told, ["info [a] hello", "info [b] hello"]);
  assertEquals(asked.length, 2);
  assert(lists.length <= 10, `${lists.length}`);
});

Deno.test("FollowedPods asks for nothing where the run is over before it begins", async () => {
  const signal = new AbortController();
  signal.abort(new Error("over"));
  const { clock, lists } = following(() => ({ a: "demo" }), () => [HANG], signal);
  await clock.advance(10_000);
  assertEquals(lists, []);
});

Deno.test("FollowedPods opens at most 50 streams at once, and lists the less often the more pods there are", async () => {
  const pods = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`demo-${index}`, undefined]));
  const { clock, lists, asked, signal } = following(() => pods, () => [HANG]);
  await clock.advance(20_000);
  assertEquals([asked.length, lists.length], [50, 2]);
  signal.abort();
  await clock.advance(0);
  assertEquals(asked.length, 50);
});

Deno.test("FollowedPods.finish() takes the last lines of what it follows, and those of pods that were too short", async () => {
  const { clock, logs, told, lists } = following(
    () => ({ "demo-work-1": "demo.a" }),
    ({ pod, follow }) => {
      if (pod !== "demo-work-1") return [at("05", "short")];
      return follow ? [at("01", "hello"), HANG] : [at("01", "hello"), at("02", "bye")];
    },
  );
  await clock.advance(3_000);
  const workflow = anEnded(
    { id: "1", displayName: "a" },
    { id: "2", displayName: "b" },
    { id: "3", displayName: "never", phase: "Omitted" },
  );
  const finished = logs.finish(() => podsOfEnded(workflow));
  await clock.advance(1_000);
  await finished;
  assertEquals(told.toSorted(), ["info [a] bye", "info [a] hello", "info [b] short"]);
  await clock.advance(60_000);
  assertEquals(lists.length, 1);
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
  const finished = logs.finish(() => podsOfEnded(anEnded({ id: "2", displayName: "b" }))).then(() =>
    isOver = true
  );
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
    await logs.finish(() => podsOfEnded(anEnded({ id: "2", displayName: "c" })));
    assertEquals(asked.length, what === "pods" ? 0 : 2);
  });
}

Deno.test("FollowedPods looks again after an error, later each time", async () => {
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

Deno.test("FollowedPods leaves out what Argo's executor logs in the work's container", async () => {
  const executor =
    'time="2026-11-25T00:38:16.443Z" level=info msg="sub-process exited" argo=true error="<nil>"';
  const { clock, told } = following(
    () => ({ "demo-a": "demo.a" }),
    () => [at("01", executor), at("01", "mine argo=true"), HANG],
  );
  await clock.advance(3_000);
  assertEquals(told, ["info [a] mine argo=true"]);
});

Deno.test("FollowedPods lets no line draw elsewhere on a terminal", async () => {
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
