/**
 * Whether a run could succeed: everything is checked, and nothing is created.
 *
 * @module
 */
import type { Clock } from "../time/clock.ts";
import type { Config } from "../config/config.ts";
import { InvalidInputError } from "../errors.ts";
import type { Reason } from "../exit_codes.ts";
import type { JsonObject } from "../text/json.ts";
import type { KubeClient } from "../kube/client.ts";
import type { ActionRunner } from "../runner.ts";
import type { Mask } from "../io/secrets.ts";
import { type CheckItem, missing, notChecked, ok, warning } from "./check_item.ts";
import { checkServer } from "./check_server.ts";
import { itemsOnServer, ON_SERVER } from "./items_on_server.ts";
import { openRun } from "./opened_run.ts";
import { probeClient } from "./probe_client.ts";
import { readManifest } from "./read_manifest.ts";

/** What {@linkcode checkRun} checks. */
export interface CheckInput {
  /** The settings, or what is wrong with them. */
  config: Config | InvalidInputError;
  /** The API server's URL, or why there is none. */
  server: { url: string } | { problem: string };
  /** A client for it; without an API server, a client whose requests all fail. */
  kube: KubeClient;
  /** Makes the runner. */
  runner: (kube: KubeClient) => ActionRunner;
  /** Reads and parses the manifest. Throws an `InvalidInputError` if it is not a manifest. */
  readManifest: (path: string) => Promise<JsonObject>;
  /** Hides secrets; the runner may add secrets. */
  mask: Mask;
  /** Ends the check. */
  signal: AbortSignal;
  /** The real clock by default. */
  clock?: Clock | undefined;
}

/**
 * Checks everything that a run needs, in the order in which the run would need it: the first item that is missing
 * decides how the run would end.
 *
 * @throws The signal's reason when that is aborted
 */
export async function checkRun(input: CheckInput): Promise<CheckItem[]> {
  const items = await allItems(input);
  // A request that the signal ended says nothing about what is missing.
  input.signal.throwIfAborted();
  return items;
}

async function allItems(input: CheckInput): Promise<CheckItem[]> {
  const { config } = input;
  const server = await serverItem(input);
  if (config instanceof InvalidInputError) {
    const problems = config.problems.map((problem) => missing("settings", problem, "InvalidInput"));
    return [...problems, server, notChecked("all else", `the settings come first: manifest, ${ON_SERVER}`)];
  }
  const run = openRun(input, config);
  const manifest = await readManifest(input, run);
  const rest = server.state === "ok"
    ? await itemsOnServer(run, manifest)
    : [notChecked("all else", `the API server comes first: ${ON_SERVER}`)];
  return [...settingsItems(config), ...manifest.items, ...manifest.warnings, server, ...rest];
}

/** The first item that is missing. */
export function firstMissing(items: CheckItem[]): CheckItem | undefined {
  return items.find(({ state }) => state === "missing");
}

/** How a run would end: `Succeeded` if nothing is missing. */
export function reasonOfItems(items: CheckItem[]): Reason {
  return firstMissing(items)?.reason ?? "Succeeded";
}

async function serverItem({ kube, server, signal }: CheckInput): Promise<CheckItem> {
  if ("problem" in server) return missing("API server", server.problem, "InvalidInput");
  return await checkServer(probeClient(kube), { url: server.url, signal });
}

function settingsItems({ context, warnings }: Config): CheckItem[] {
  const { name, platform: { namespace, serviceAccountName } } = context;
  const message = `"${name}" in "${namespace}", its work under the service account "${serviceAccountName}"`;
  return [ok("settings", message), ...warnings.map((line) => warning("settings", line))];
}
