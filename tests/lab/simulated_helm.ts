/**
 * Simulates helm's Jobs on an embedded API: each ends soon after its creation, and changes the release as helm would.
 *
 * @module
 */
import { gzipSync } from "node:zlib";
import type { JsonObject } from "../../src/mod.ts";
import type { KubeObject } from "../../src/kube/client.ts";
import type { EmbeddedApi } from "../../src/testing/mod.ts";

/** A revision of a release. */
export interface AnyRelease {
  name?: string;
  namespace?: string;
  revision?: number;
  status?: string;
  chart?: string;
  version?: string;
  values?: JsonObject;
  defaults?: JsonObject;
  description?: string;
  notes?: string;
  manifest?: string;
}

/** The Secret in which helm keeps a revision. */
export function releaseSecret(
  {
    name = "demo",
    namespace = "team",
    revision = 1,
    status = "deployed",
    chart = "app",
    version = "0.1.0",
    values = {},
    defaults = {},
    description = "Install complete",
    notes = "",
    manifest = "",
  }: AnyRelease,
): KubeObject {
  const release = {
    name,
    info: { status, description, notes },
    chart: { metadata: { name: chart, version, appVersion: `${version}-app` }, values: defaults },
    config: values,
    manifest,
    version: revision,
  };
  const packed = gzipSync(JSON.stringify(release)).toString("base64");
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: `sh.helm.release.v1.${name}.v${revision}`,
      namespace,
      labels: { owner: "helm", name, status, version: String(revision) },
    },
    type: "helm.sh/release.v1",
    data: { release: btoa(packed) },
  };
}

/** How a run of helm ends. */
export interface HelmEnd {
  /** What helm prints. */
  log?: string;
  exitCode?: number;
}

/** A running simulation. */
export interface SimulatedHelm {
  /** helm's arguments in each run, the oldest first. */
  ran: string[][];
  close(): void;
}

/** Options of {@linkcode simulatedHelm}. */
export interface SimulatedHelmOptions {
  /** How a run ends; `undefined`: it does not end. Default: it succeeds. */
  end?: (args: string[]) => HelmEnd | undefined;
}

/** Simulates helm for all Jobs of an embedded API. */
export function simulatedHelm(
  api: EmbeddedApi,
  { end = () => ({}) }: SimulatedHelmOptions = {},
): SimulatedHelm {
  const ran: string[][] = [];
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const later = (work: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, 5);
    timers.add(timer);
  };
  const run = (job: KubeObject) => {
    const { name = "", namespace = "", uid = "" } = job.metadata;
    const { containers: [{ args }], volumes } = podSpecOf(job);
    const secret = volumes.find((volume) => volume.name === "values")?.secret as JsonObject | undefined;
    const values = secret && api.find("Secret", namespace, String(secret.secretName));
    // The kubelet waits for a Secret that a pod mounts.
    if (secret && !values) return later(() => run(job));
    ran.push(args);
    const pod = createPod(api, job);
    const ended = end(args);
    if (!ended) return;
    const { exitCode = 0, log = "" } = ended;
    api.setLog({ namespace, pod, container: "helm" }, log);
    const isDone = exitCode === 0;
    if (!args.some((arg) => arg.startsWith("--dry-run"))) {
      changeRelease(api, args, valuesIn(values), isDone ? "deployed" : "failed");
    }
    api.patch("Pod", namespace, pod, { status: endedPod(exitCode) });
    if (api.find("Job", namespace, name)?.metadata.uid !== uid) return;
    const condition = isDone
      ? { type: "Complete", status: "True" }
      : { type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "it has" };
    api.patch("Job", namespace, name, { status: { conditions: [condition] } });
  };
  const stop = api.observe(({ type, object }) => {
    if (object.kind === "Job" && type === "ADDED") later(() => run(object as unknown as KubeObject));
  });
  return {
    ran,
    close() {
      stop();
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

interface HelmPodSpec {
  initContainers?: { args: string[] }[];
  containers: [{ args: string[]; image: string; env: JsonObject[] }];
  volumes: JsonObject[];
}

/** The spec of a Job's pod. */
export function podSpecOf({ spec }: Record<string, unknown>): HelmPodSpec {
  return (spec as { template: { spec: HelmPodSpec } }).template.spec;
}

function createPod(api: EmbeddedApi, { metadata: { name, namespace = "", uid = "" } }: KubeObject): string {
  const pod = `${name}-${uid.slice(0, 5)}`;
  api.create("Pod", {
    metadata: {
      name: pod,
      generateName: `${name}-`,
      namespace,
      labels: { "batch.kubernetes.io/controller-uid": uid, "runner.capact.io/helm-release": "any" },
    },
    spec: { containers: [{ name: "helm", image: "helm" }] },
    status: {
      phase: "Running",
      containerStatuses: [{ name: "helm", state: { running: { startedAt: NOW } } }],
    },
  });
  return pod;
}

const NOW = "2026-01-01T00:00:00Z";

function endedPod(exitCode: number): JsonObject {
  const terminated = {
    exitCode,
    reason: exitCode === 0 ? "Completed" : "Error",
    startedAt: NOW,
    finishedAt: NOW,
  };
  return {
    phase: exitCode === 0 ? "Succeeded" : "Failed",
    containerStatuses: [{ name: "helm", state: { running: null, terminated } }],
  };
}

function valuesIn(secret: Record<string, unknown> | undefined): JsonObject {
  const { data = {}, stringData = {} } = (secret ?? {}) as Record<string, Record<string, string>>;
  const text = stringData["values.yaml"] ?? (data["values.yaml"] && atob(data["values.yaml"]));
  return text ? JSON.parse(text) : {};
}

function changeRelease(api: EmbeddedApi, args: string[], values: JsonObject, status: string): void {
  const [command, name = ""] = args;
  const flag = (wanted: string) => args.find((arg) => arg.startsWith(`--${wanted}=`))?.split("=")[1];
  const namespace = flag("namespace") ?? "";
  const isOfRelease = ({ metadata: { labels } }: KubeObject) =>
    labels?.owner === "helm" && labels.name === name;
  const before = (api.objects("Secret", namespace) as unknown as KubeObject[]).filter(isOfRelease);
  for (const { metadata: { name = "" } } of before) {
    if (command === "uninstall") api.remove("Secret", namespace, name);
    else if (status === "deployed") {
      api.patch("Secret", namespace, name, { metadata: { labels: { status: "superseded" } } });
    }
  }
  if (command === "uninstall") return;
  const release = {
    name,
    namespace,
    revision: before.length + 1,
    status,
    values,
    version: flag("version") ?? "0.1.0",
    notes: "Have fun",
    ...(command === "rollback" ? { description: `Rollback to ${args[2]}` } : {}),
  };
  api.create("Secret", releaseSecret(release) as unknown as Parameters<EmbeddedApi["create"]>[1]);
}
