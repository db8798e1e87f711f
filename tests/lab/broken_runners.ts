/**
 * Runners with the mistakes that authors make, and what the conformance kit says of each.
 *
 * @module
 */
import {
  type ActionRunner,
  createOrAdopt,
  messageOf,
  RunError,
  type StartInput,
  type StartOutput,
  type WaitForCompletionInput,
  type WaitForCompletionOutput,
  workRef,
} from "../../src/mod.ts";
import { clockOf, type KubeClient, type KubeObject } from "../../src/kube/client.ts";
import type { RunnerCases } from "../../src/testing/mod.ts";
import { podOf, podOutcome, podRunner, statusOf } from "./pod_runner.ts";

/** A runner with a mistake. */
export interface BrokenRunner {
  /** What the runner does wrong; completes "a runner that …". */
  what: string;
  /** The methods in which it differs from a correct runner. */
  methods: (kube: KubeClient, sound: ActionRunner, real: KubeClient) => Partial<ActionRunner>;
  /** Changes of the cases with which every runner is checked. */
  cases?: Partial<RunnerCases>;
  /** The checks that find the mistake, with a part of what they say. */
  found: Record<string, string>;
}

export const brokenRunners: BrokenRunner[] = [
  {
    what: "gives its Pod a new name at each attempt",
    methods: (kube) => ({ start: (input) => createUntilAnswered(kube, input) }),
    found: {
      "a lost reply to a create":
        'created 2 objects after a lost reply, expected 1: Pod "rehearsal-1", Pod "rehearsal-2"',
      "429 with Retry-After":
        "sent POST /api/v1/namespaces/default/pods again before the time of Retry-After",
      "a restart at write 1": "created 2 objects after it was killed at write 1, expected 1",
    },
  },
  {
    what: "creates without reading the present object",
    methods: (kube) => ({
      async start(input) {
        return startOf(kube, input, { object: await kube.create(podOf(input)), adopted: false });
      },
    }),
    found: {
      "adoption after a restart": "expected code 0 (Succeeded)",
      "a lost reply to a create": "ended with code 70",
      "429 with Retry-After": "ended with code 70",
    },
  },
  {
    what: "adopts any object of the name",
    methods: (kube) => ({
      async start(input) {
        const object = await kube.create(podOf(input)).catch(() => kube.get(placeOf(input)));
        return startOf(kube, input, { object, adopted: false });
      },
    }),
    found: {
      "another object of the name": "took another object of the name for its own",
      "the object of another run": "took the object of another run for its own",
      "adoption after a restart": "does not tell after a restart that its object is adopted",
    },
  },
  {
    what: "takes a deleted Pod for a successful Pod",
    methods: (_kube, sound) => ({
      waitForCompletion: (input) =>
        sound.waitForCompletion(input).catch((error) => {
          if (error instanceof RunError && error.reason === "ObjectGone") return DONE;
          throw error;
        }),
    }),
    found: {
      "deletion of the object": "said success after its object was deleted, expected code 11 (ObjectGone)",
    },
  },
  {
    what: "compares only the name, not the uid",
    methods: (kube) => ({ waitForCompletion: (input) => poll(kube, input, { signal: input.signal }) }),
    found: {
      "replacement of the object":
        "said success after another object took its object's place, expected code 12 (ObjectReplaced)",
    },
  },
  {
    what: "ignores its signal",
    methods: (kube) => ({ waitForCompletion: (input) => poll(kube, input, {}) }),
    found: {
      "time-out": "waitForCompletion does not heed its signal: it had to be given up after its time was up",
      "SIGTERM": "waitForCompletion does not heed its signal: it had to be given up after SIGTERM",
    },
  },
  {
    what: "never returns from stop",
    methods: () => ({ stop: () => new Promise(() => {}) }),
    found: {
      "stop on a time-out": "stop does not heed its signal: it had to be given up after its time was up",
    },
  },
  {
    what: "never returns from diagnose",
    methods: () => ({ diagnose: () => new Promise(() => {}) }),
    found: { "time-out": "diagnose does not heed its signal: it had to be given up after its time was up" },
  },
  {
    what: "never returns from start",
    methods: () => ({ start: () => new Promise(() => {}) }),
    found: { success: "did not come to its work in an undisturbed run" },
  },
  {
    what: "waits until its finished Pod is deleted",
    methods: (kube) => ({
      async start(input) {
        const { context: owner, signal } = input;
        return startOf(kube, input, await createOrAdopt(kube, podOf(input), { owner, signal }));
      },
    }),
    found: { "its own finished object in deletion": "ended with code 23" },
  },
  {
    what: "takes its verdict from labels",
    cases: { succeed: { metadata: { labels: { done: "true" } }, status: { phase: "Succeeded" } } },
    methods: (kube) => ({ waitForCompletion: (input) => pollLabels(kube, input) }),
    found: {
      "labels that claim an end":
        "said success when its object got the labels of one that has succeeded, and had not ended",
    },
  },
  {
    what: "takes its verdict from the last labels of a deleted Pod",
    cases: { succeed: { metadata: { labels: { done: "true" } }, status: { phase: "Succeeded" } } },
    methods: (kube, sound) => ({
      async waitForCompletion(input) {
        const seen = watchLabels(kube, input);
        return await sound.waitForCompletion(input).catch((error) => {
          if (seen.labels.done === "true") return DONE;
          throw error;
        });
      },
    }),
    found: {
      "labels that claim an end":
        "said success after its object was deleted, with the labels of one that has succeeded, expected code 11",
    },
  },
  {
    what: "only watches, and always resumes at the first version",
    methods: (kube) => ({ waitForCompletion: (input) => watchOnly(kube, input) }),
    found: {
      "silent watches":
        "did not end within 3m after its work had succeeded while its watch was silent, expected code 0",
      "an expired watch (410)":
        "did not end within 3m after its watch expired (410), expected code 0 (Succeeded)",
    },
  },
  {
    what: "always says success",
    methods: () => ({ waitForCompletion: () => Promise.resolve(DONE) }),
    found: {
      success: "said success in an undisturbed run, before its work had ended",
      failure: "not tried: the work must succeed first; if the runner sleeps, by clockOf(kube)",
    },
  },
  {
    what: "takes every end for success",
    methods: (_kube, sound) => ({
      waitForCompletion: async (input) => ({ ...await sound.waitForCompletion(input), ...DONE }),
    }),
    found: { failure: "said success after its work had failed, expected code 10 (WorkFailed)" },
  },
  {
    what: "writes in preflight",
    methods: (kube) => ({
      preflight: async ({ context: { platform: { namespace } } }) => {
        await kube.create({ ...CONFIG_MAP, metadata: { name: "lock", namespace } });
      },
    }),
    found: { success: 'preflight created ConfigMap "lock": only start may write' },
  },
  {
    what: "writes in a dry run",
    methods: (_kube, sound, real) => ({
      start: (input) => podRunner(real).start(input),
      waitForCompletion: sound.waitForCompletion,
    }),
    found: { "dry run": 'dry run created Pod "rehearsal"' },
  },
  {
    what: "reads the object that its dry run did not create",
    methods: (kube, sound) => ({
      async start(input) {
        const started = await sound.start(input);
        await kube.get(placeOf(input));
        return started;
      },
    }),
    found: { "dry run": "ended with code 70" },
  },
  {
    what: "uses a key of the report in its status",
    methods: (_kube, sound) => ({
      start: async (input) => ({ ...await sound.start(input), status: { phase: "Running" } }),
    }),
    found: { success: "its status uses keys of the report: phase" },
  },
  {
    what: "returns no object",
    methods: (_kube, sound) => ({ start: async (input) => ({ status: (await sound.start(input)).status }) }),
    found: { success: "start returned no object, so that the report cannot name it" },
  },
  {
    what: "deletes its Pod on a signal",
    methods: (kube, sound) => ({
      waitForCompletion: (input) =>
        sound.waitForCompletion(input).catch(async (error) => {
          if (input.signal.aborted) await kube.delete(input.started.object!);
          throw error;
        }),
    }),
    found: { SIGTERM: "deleted its object after SIGTERM: settings say to leave it" },
  },
  {
    what: "throws in diagnose",
    methods: () => ({ diagnose: () => Promise.reject(new Error("no such container")) }),
    found: { failure: "diagnose threw: no such container" },
  },
];

const DONE = { finishedSuccessfully: true, message: "done" };
const CONFIG_MAP = { apiVersion: "v1", kind: "ConfigMap" };

function startOf(
  kube: KubeClient,
  input: StartInput,
  created: { object: KubeObject; adopted: boolean },
): StartOutput {
  return { status: statusOf(input), object: workRef(kube, created) };
}

function placeOf({ context: { name, platform: { namespace } } }: StartInput) {
  return { apiVersion: "v1", kind: "Pod", name, namespace };
}

/** Retries at once after any error. */
async function createUntilAnswered(kube: KubeClient, input: StartInput): Promise<StartOutput> {
  for (let n = 1;; n++) {
    const pod = podOf(input);
    const metadata = { ...pod.metadata, name: `${pod.metadata.name}-${n}` };
    try {
      return startOf(kube, input, { object: await kube.create({ ...pod, metadata }), adopted: false });
    } catch (error) {
      input.log.warn(messageOf(error));
    }
  }
}

async function poll(
  kube: KubeClient,
  { started }: WaitForCompletionInput,
  { signal }: { signal?: AbortSignal },
): Promise<WaitForCompletionOutput> {
  while (true) {
    const outcome = podOutcome(await kube.get(started.object!, { signal }));
    if (outcome) return outcome;
    await clockOf(kube).sleep(5_000, signal);
  }
}

async function pollLabels(
  kube: KubeClient,
  { started, signal }: WaitForCompletionInput,
): Promise<WaitForCompletionOutput> {
  while (true) {
    const { metadata } = await kube.get(started.object!, { metadataOnly: true, signal });
    if (metadata.labels?.done === "true") return DONE;
    await clockOf(kube).sleep(1_000, signal);
  }
}

/** Keeps the latest labels of the Pod. */
function watchLabels(
  kube: KubeClient,
  { started, signal }: WaitForCompletionInput,
): { labels: Record<string, string> } {
  const seen: { labels: Record<string, string> } = { labels: {} };
  const look = async () => {
    while (!signal.aborted) {
      seen.labels = (await kube.get(started.object!, { signal })).metadata.labels ?? {};
      await clockOf(kube).sleep(1_000, signal);
    }
  };
  look().catch(() => {});
  return seen;
}

async function watchOnly(
  kube: KubeClient,
  { started, signal }: WaitForCompletionInput,
): Promise<WaitForCompletionOutput> {
  const { apiVersion, kind, name, namespace } = started.object!;
  const type = { apiVersion, kind };
  const select = { namespace, fieldSelector: `metadata.name=${name}`, signal };
  const { items, resourceVersion } = await kube.list(type, select);
  const outcome = items[0] && podOutcome(items[0]);
  if (outcome) return outcome;
  while (true) {
    const events = kube.watch(type, { ...select, resourceVersion, timeoutSeconds: 3_600 });
    for await (const { object, type } of events) {
      const outcome = type === "MODIFIED" ? podOutcome(object) : undefined;
      if (outcome) return outcome;
    }
    await clockOf(kube).sleep(1_000, signal);
  }
}
