/**
 * Work that is held up: the cause, and what a run reports.
 *
 * @module
 */
import { assertEquals, assertObjectMatch, assertStringIncludes } from "@std/assert";
import { type Ended, type Program, run } from "../../lab/compiled_program.ts";
import { clusterTest, type Space, withNamespace } from "./cluster.ts";
import { type AnyObject, create, patch, read } from "./objects.ts";
import { reportOf, runnerEnv } from "./runner_env.ts";
import { createStatusObject, readStatus } from "./workflows.ts";

/** Long enough for the first GET of the pods, which is after 45 s. */
const TIMEOUT = "58s";

/** Work that is held up. */
export interface HeldWork {
  what: string;
  manifest: AnyObject;
  /** Creates what holds the work up. */
  set?: (space: Space) => Promise<unknown>;
  env?: Record<string, string>;
  /** Parts of the only warning about it. */
  warns: string[];
  /** What the report says at the time-out. */
  failure: Record<string, unknown>;
  /** A part of the failure's message; the warning has it as well. */
  says: string;
}

/** Settings with an account that does not exist. */
export const NOBODY = { RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME: "nobody" };

/** Limits the namespace. */
export function quota({ namespace }: Space, hard: Record<string, string>): Promise<AnyObject> {
  return create({
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "tight", namespace },
    spec: { hard },
  });
}

/** Allows containers 100m of CPU. */
export function limitRange({ namespace }: Space): Promise<AnyObject> {
  const limits = [{ type: "Container", max: { cpu: "100m" } }];
  return create({
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: { name: "small", namespace },
    spec: { limits },
  });
}

/** Has PodSecurity enforced. */
export async function restrictPods({ namespace }: Space): Promise<void> {
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  await patch({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }, {
    metadata: { labels },
  });
}

/** A webhook on the namespace's pods without a server; the garbage collector deletes it with the namespace. */
export async function deafWebhook({ namespace }: Space): Promise<void> {
  const { metadata } = await read({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  await create({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: {
      name: namespace,
      ownerReferences: [{ apiVersion: "v1", kind: "Namespace", name: namespace, uid: metadata.uid }],
    },
    webhooks: [{
      name: WEBHOOK,
      clientConfig: { url: "https://127.0.0.1:9/" },
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
      rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }],
      failurePolicy: "Fail",
      sideEffects: "None",
      admissionReviewVersions: ["v1"],
      timeoutSeconds: 1,
    }],
  });
}

/** The name of that webhook. */
export const WEBHOOK = "pods.action-runner.test";

/** The warnings of what holds the work up. */
function warningsOf({ stderr }: Ended): string[] {
  return stderr.split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line))
    .filter(({ level, message }) => level === "warn" && message.includes("is held up"))
    .map(({ message }) => message);
}

async function tryCase(
  { what, manifest, set, env, warns, failure, says }: HeldWork,
  program: Program,
): Promise<void> {
  await withNamespace(async (space) => {
    await createStatusObject(space);
    await set?.(space);
    const ended = await run(await runnerEnv(space, manifest, { RUNNER_TIMEOUT: TIMEOUT, ...env }), {
      program,
    });
    assertEquals(ended.code, 124, `${what}\n${ended.stderr}`);
    const [warning = "", ...others] = warningsOf(ended);
    for (const part of [...warns, says]) assertStringIncludes(warning, part, `${what}\n${ended.stderr}`);
    assertEquals(others, [], what);
    const report = reportOf(ended);
    assertObjectMatch(report.failure, failure, what);
    assertStringIncludes(report.failure.message, says, what);
    assertStringIncludes(ended.text.join("\n"), says, what);
    assertEquals((await readStatus(space)).failure.reason, report.failure.reason, what);
  });
}

/** A test that runs all this work at once, since each run waits for a minute. */
export function heldWorkTest(program: Program, cases: HeldWork[]): void {
  const whats = cases.map(({ what }) => what).join("; ");
  clusterTest(
    `${program} tells once of what holds the work up, and names it at the time-out: ${whats}`,
    async () => {
      const ends = await Promise.allSettled(cases.map((each) => tryCase(each, program)));
      const failed = ends.find((end) => end.status === "rejected");
      if (failed) throw failed.reason;
    },
  );
}
