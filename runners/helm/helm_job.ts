/**
 * Makes the Job that runs helm from helm's arguments. This module does no I/O.
 *
 * @module
 */
import type { ExecutionContext, JsonObject } from "../../src/mod.ts";
import { isJsonObject, type JsonValue, type KubeObject } from "../../src/kube/mod.ts";
import type { HelmArguments } from "./arguments.ts";

/** Label of a Job and its pod with the release's name. */
export const RELEASE_LABEL = "runner.capact.io/helm-release";
/** The container that runs the command. */
const HELM_CONTAINER = "helm";
/** The image to use unless the arguments or `RUNNER_HELM_IMAGE` name another: https://hub.docker.com/r/alpine/helm */
const DEFAULT_IMAGE = "docker.io/alpine/helm:3.18.4";

/** How long a Job stays after its end, seconds: for people who read it, and for a restarted runner. */
const TTL_SECONDS = 24 * 60 * 60;
/** A dry-run Job expires by itself if the runner could not delete it. */
const TRIAL = { activeDeadlineSeconds: 600, ttlSecondsAfterFinished: 60 };
/** How long before the run's time-out helm's own time-out comes, milliseconds: helm's error says more. */
const HEAD_START_MS = 10_000;
/** The same with `atomic`: helm then needs time to roll back to the previous revision and to wait for it. */
const ATOMIC_HEAD_START_MS = 60_000;
/** The user that helm runs as; any user except root works. */
const USER = 65532;
const HOME = "/home/helm";
const VALUES = "/helm/values";
const VALUES_KEY = "values.yaml";
const CA = "/helm/ca";

/** What a Job is made of besides helm's arguments. */
export interface HelmJobOptions {
  /** The name of the Job and of the Secret with the values. */
  name: string;
  context: ExecutionContext;
  /** Whether there are values. */
  hasValues: boolean;
  /** The revision to roll back to before the command. */
  rollbackTo?: number | undefined;
}

/** The Job that runs helm's command, if needed after a rollback to the last good revision. */
export function helmJob(args: HelmArguments, options: HelmJobOptions): KubeObject & { spec: JsonObject } {
  const { name, context: { dryRun, platform }, rollbackTo } = options;
  const { namespace, serviceAccountName } = platform;
  const labels = { [RELEASE_LABEL]: args.name };
  const command = container(HELM_CONTAINER, helmCommand(args, options), args, options);
  const before = rollbackTo === undefined ? [] : [
    container("rollback", helmCommand(rollbackArguments(args, rollbackTo), options), args, options),
  ];
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      namespace,
      // A dry-run Job does not change the release.
      labels: dryRun ? {} : labels,
    },
    spec: {
      // A second try of helm would fail because of what the first try has left behind.
      backoffLimit: 0,
      ...(dryRun ? TRIAL : { ttlSecondsAfterFinished: TTL_SECONDS }),
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: "Never",
          serviceAccountName,
          automountServiceAccountToken: true,
          enableServiceLinks: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: USER,
            runAsGroup: USER,
            seccompProfile: { type: "RuntimeDefault" },
          },
          initContainers: before,
          containers: [command],
          volumes: volumes(args, options),
        },
      },
    },
  };
}

/** The Secret with the values. It belongs to the Job and is deleted with the Job. */
export function valuesSecret(
  job: { name: string; namespace: string; uid: string },
  values: JsonObject,
): KubeObject {
  const { name, namespace, uid } = job;
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name,
      namespace,
      ownerReferences: [{ apiVersion: "batch/v1", kind: "Job", name, uid }],
    },
    // JSON is valid YAML.
    stringData: { [VALUES_KEY]: JSON.stringify(values) },
  };
}

/** The values in a Secret of {@linkcode valuesSecret}. */
export function valuesIn({ data }: KubeObject): JsonValue {
  const text = isJsonObject(data) ? atob(String(data[VALUES_KEY])) : "null";
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (character) => character.charCodeAt(0))));
}

/** Helm's time-out, in seconds; helm's own default of five minutes if the run has no time-out. */
export function helmTimeoutSeconds({ atomic }: HelmArguments, timeoutMs: number | undefined): number {
  if (timeoutMs === undefined) return 5 * 60;
  const headStartMs = atomic ? ATOMIC_HEAD_START_MS : HEAD_START_MS;
  return Math.max(1, Math.round(Math.max(timeoutMs / 2, timeoutMs - headStartMs) / 1_000));
}

function rollbackArguments({ name, wait, maxHistory }: HelmArguments, revision: number): HelmArguments {
  return { command: "rollback", name, wait, revision, ...(maxHistory === undefined ? {} : { maxHistory }) };
}

/** Helm's command line. Each value is one word with its flag, so that helm cannot read a value as another flag. */
function helmCommand(args: HelmArguments, options: HelmJobOptions): string[] {
  const { command, chart } = args;
  const { context: { dryRun, platform, timeoutMs }, hasValues } = options;
  const positional = [args.name, chart?.name, args.revision?.toString()];
  const flags: [string, string | boolean | undefined][] = [
    ["namespace", platform.namespace],
    ["timeout", `${helmTimeoutSeconds(args, timeoutMs)}s`],
    ["repo", chart?.repo],
    ["version", chart?.version],
    ["values", chart && hasValues ? `${VALUES}/${VALUES_KEY}` : undefined],
    ["history-max", args.maxHistory?.toString()],
    ["wait", args.wait],
    ["wait-for-jobs", args.waitForJobs],
    ["atomic", args.atomic],
    ["no-hooks", args.noHooks],
    ["create-namespace", args.createNamespace],
    ["replace", args.replace],
    ["reuse-values", args.reuseValues],
    ["reset-values", args.resetValues],
    ["dry-run", dryRun && (chart ? "server" : true)],
    ["hide-secret", dryRun && chart !== undefined],
  ];
  return [
    command,
    ...positional.filter((word) => word !== undefined),
    ...flags.filter(([, value]) => value !== undefined && value !== false)
      .map(([flag, value]) => value === true ? `--${flag}` : `--${flag}=${value}`),
  ].map((word) => word.replaceAll("$", "$$$$"));
}

/** Kubernetes replaces the variables by their values, so the Job itself does not contain the values. */
function credentials({ auth, caSecretName }: HelmArguments): string[] {
  return [
    ...(auth ? ["--username=$(HELM_REPO_USERNAME)", "--password=$(HELM_REPO_PASSWORD)"] : []),
    ...(caSecretName ? [`--ca-file=${CA}/ca.crt`] : []),
  ];
}

function container(
  name: string,
  command: string[],
  args: HelmArguments,
  { context, hasValues }: HelmJobOptions,
): JsonObject {
  const { auth, caSecretName } = args;
  const isCommand = name === HELM_CONTAINER;
  const fromSecret = (variable: string, key: string) => ({
    name: variable,
    valueFrom: { secretKeyRef: { name: auth?.secretName ?? "", key } },
  });
  return {
    name,
    image: args.image ?? context.settings.RUNNER_HELM_IMAGE ?? DEFAULT_IMAGE,
    imagePullPolicy: "IfNotPresent",
    command: ["helm"],
    args: [...command, ...(isCommand ? credentials(args) : [])],
    env: [
      { name: "HOME", value: HOME },
      ...["CACHE", "CONFIG", "DATA"].map((what) => ({
        name: `HELM_${what}_HOME`,
        value: `${HOME}/${what.toLowerCase()}`,
      })),
      ...(isCommand && auth
        ? [fromSecret("HELM_REPO_USERNAME", "username"), fromSecret("HELM_REPO_PASSWORD", "password")]
        : []),
    ],
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: [
      { name: "home", mountPath: HOME },
      { name: "home", mountPath: "/tmp" },
      ...(hasValues ? [{ name: "values", mountPath: VALUES, readOnly: true }] : []),
      ...(caSecretName ? [{ name: "ca", mountPath: CA, readOnly: true }] : []),
    ],
  };
}

function volumes({ caSecretName }: HelmArguments, { name, hasValues }: HelmJobOptions): JsonObject[] {
  return [
    { name: "home", emptyDir: {} },
    ...(hasValues ? [{ name: "values", secret: { secretName: name } }] : []),
    ...(caSecretName ? [{ name: "ca", secret: { secretName: caSecretName } }] : []),
  ];
}
