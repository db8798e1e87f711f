import { assertEquals } from "@std/assert";
import { ApiError, type Fault } from "../../src/kube/api_error.ts";
import type { KubeClient, KubeObject, ListOptions } from "../../src/kube/client.ts";
import { warningEvents } from "../../src/pods/events.ts";
import { explainPod, type ExplainPodOptions } from "../../src/pods/explain_pod.ts";

const REF = { name: "demo", namespace: "team" };
const SIGNAL = new AbortController().signal;

function terminated(name: string, exitCode: number) {
  return { name, state: { terminated: { exitCode, reason: "Error", startedAt: "2026-01-01T00:00:00Z" } } };
}

interface Answers {
  /** The containers' exit codes by name; or how the read fails. */
  pod: Record<string, number> | Fault;
  events?: KubeObject[];
  /** By container. */
  logs?: Record<string, string | Fault>;
}

const NO_LOG = "notFound";

function aClient({ pod, events = [], logs = {} }: Answers): { kube: KubeClient; lists: ListOptions[] } {
  const lists: ListOptions[] = [];
  const fail = (fault: Fault) => Promise.reject(new ApiError("Cannot do it", { fault }));
  const kube = {
    get() {
      if (typeof pod === "string") return fail(pod);
      const containerStatuses = Object.entries(pod).map(([name, code]) => terminated(name, code));
      const spec = { containers: Object.keys(pod).map((name) => ({ name })) };
      return Promise.resolve({ metadata: { ...REF, uid: "uid-1" }, spec, status: { containerStatuses } });
    },
    serverNow: () => Date.parse("2026-01-01T00:00:10Z"),
    list(_type: unknown, options: ListOptions) {
      lists.push(options);
      return Promise.resolve({ resourceVersion: "1", items: events });
    },
    readLog(_ref: unknown, { container }: { container: string }) {
      const log = logs[container] ?? NO_LOG;
      return log === "notFound" || log === "forbidden" ? fail(log) : Promise.resolve(log);
    },
  };
  return { kube: kube as unknown as KubeClient, lists };
}

async function explain(answers: Answers, options: Partial<ExplainPodOptions> = {}) {
  const all = { signal: SIGNAL, mainContainer: "main", logTailLines: 20, ...options };
  return await explainPod(aClient(answers).kube, REF, all);
}

function anEvent(reason: string, lastTimestamp: string, message = "so it is"): KubeObject {
  return { apiVersion: "v1", kind: "Event", metadata: {}, reason, message, lastTimestamp };
}

Deno.test("explainPod() reads the log of the container that failed", async () => {
  const logs = { main: "fine\n", helper: "no\n" };
  assertEquals(await explain({ pod: { main: 0, helper: 2 }, logs }), {
    pod: "demo",
    container: "helper",
    exitCode: 2,
    reason: "Error",
    logTail: ["no"],
  });
});

Deno.test("explainPod() reads the main container's log when the failed container's log is empty", async () => {
  const findings = await explain({ pod: { main: 0, helper: 2 }, logs: { main: "fine\n", helper: "" } });
  assertEquals([findings.container, findings.logTail], ["helper", ["fine"]]);
});

Deno.test("explainPod() leaves out the log of an executor", async () => {
  const options = { executors: ["helper"] };
  const logs = { main: "fine\n", helper: "noise\n" };
  assertEquals((await explain({ pod: { main: 0, helper: 2 }, logs }, options)).logTail, ["fine"]);
});

Deno.test("explainPod() finds the main container by the name that it is given", async () => {
  const findings = await explain({ pod: { main: 1, work: 2 }, logs: { work: "x" } }, {
    mainContainer: "work",
  });
  assertEquals([findings.container, findings.logTail], ["work", ["x"]]);
});

Deno.test("explainPod() says that a log is deleted already", async () => {
  const logs = { main: "unable to retrieve container logs for containerd://0123" };
  assertEquals((await explain({ pod: { main: 1 }, logs })).notRead, ['there is no log of container "main"']);
});

Deno.test("explainPod() cuts long lines of the log", async () => {
  const { logTail } = await explain({ pod: { main: 1 }, logs: { main: "x".repeat(5_000) } });
  assertEquals(logTail, ["x".repeat(997) + "…"]);
});

Deno.test("explainPod() of a pod that it may not read still reads its events and its log", async () => {
  const events = [anEvent("Failed", "2026-01-01T00:00:00Z")];
  assertEquals(await explain({ pod: "forbidden", events, logs: { main: "no" } }), {
    pod: "demo",
    events: ["Failed: so it is"],
    logTail: ["no"],
    notRead: ['the runner may not read the pod "demo"'],
  });
});

Deno.test("explainPod() of a pod that is gone asks for no log", async () => {
  assertEquals(await explain({ pod: "notFound", logs: { main: "another's" } }), {
    pod: "demo",
    notRead: ['there is no pod "demo"'],
  });
});

Deno.test("warningEvents() returns the last five, each once, the newest last", async () => {
  const events = ["7", "1", "3", "2", "6", "5", "4"].map((n) => anEvent(n, `2026-01-01T00:00:0${n}Z`));
  const { kube, lists } = aClient({ pod: {}, events: [...events, anEvent("7", "2026-01-01T00:00:08Z")] });
  const found = await warningEvents(kube, { kind: "Pod", ...REF, uid: "uid-1" }, { signal: SIGNAL });
  assertEquals(found.value, ["3", "4", "5", "6", "7"].map((reason) => `${reason}: so it is`));
  assertEquals(lists[0]?.fieldSelector?.split(","), [
    "involvedObject.kind=Pod",
    "involvedObject.name=demo",
    "involvedObject.uid=uid-1",
    "type=Warning",
  ]);
});
