/**
 * Runs the command `check` on an embedded API.
 *
 * @module
 */
import { argoRunner } from "../../runners/argo/mod.ts";
import { rbacOfRun } from "../../src/check/rbac_of_run.ts";
import type { CheckItem } from "../../src/check/check_item.ts";
import type { CheckInput } from "../../src/check/check_input.ts";
import { checkRun } from "../../src/check/check_run.ts";
import type { Config } from "../../src/config/config.ts";
import { type JsonObject, Mask } from "../../src/mod.ts";
import { silentLog } from "../../src/io/log.ts";
import type { RbacRule } from "../../src/kube/rbac_rule.ts";
import { openReporter } from "../../src/status/open_reporter.ts";
import { type EmbeddedApi, embeddedApi, type RoleRule } from "../../src/testing/mod.ts";
import { aContext } from "./builders.ts";
import { MemoryClient } from "./memory_client.ts";

/** The account of the run `demo` in the namespace `team`. */
export const ACCOUNT = "system:serviceaccount:team:worker";

export const MANIFEST: JsonObject = {
  entrypoint: "main",
  templates: [{ name: "main", container: { image: "busybox", command: ["true"] } }],
};

/** The settings of a run that lacks nothing. */
export function aConfig(fields: Partial<Config> = {}): Config {
  return {
    manifestPath: "/work.yaml",
    context: aContext(),
    reporter: "configmap",
    devMode: false,
    warnings: [],
    ...fields,
  };
}

/** An API server with what the run needs; `user` is the runner's user name there. */
export function anApi({ user = ACCOUNT, rules }: { user?: string; rules?: RoleRule[] } = {}): EmbeddedApi {
  const api = embeddedApi({ namespaces: ["team"], user, ...(rules ? { rules } : {}) });
  api.create("ConfigMap", { metadata: { name: "demo", namespace: "team" } });
  api.create("ServiceAccount", { metadata: { name: "worker", namespace: "team" } });
  return api;
}

/** Checks the run on an API server. */
export async function check(api: EmbeddedApi, input: Partial<CheckInput> = {}): Promise<CheckItem[]> {
  return await checkRun({
    config: aConfig(),
    server: { url: "https://api.example.org" },
    kube: new MemoryClient(api),
    runner: argoRunner,
    readManifest: () => Promise.resolve(MANIFEST),
    mask: new Mask(),
    signal: new AbortController().signal,
    ...input,
  });
}

/** The items in another state than `ok`, as `state item: message`. */
export function troubleIn(items: CheckItem[]): string[] {
  return items.filter(({ state }) => state !== "ok").map(({ state, item, message }) =>
    `${state} ${item}: ${message}`
  );
}

/** The RBAC rules of the run. */
export function rulesOf(config: Config = aConfig()): RbacRule[] {
  const kube = new MemoryClient(embeddedApi());
  return rbacOfRun(
    argoRunner(kube),
    openReporter(config.reporter, kube, () => silentLog),
    config.context,
    MANIFEST,
  );
}

/** A rule in the form of a Role. */
export function inRole({ apiGroup, resource, verbs, name }: RbacRule): RoleRule {
  return {
    apiGroups: [apiGroup],
    resources: [resource],
    verbs,
    namespaces: ["team"],
    ...(name === undefined ? {} : { resourceNames: [name] }),
  };
}
