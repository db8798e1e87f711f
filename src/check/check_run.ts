/**
 * Whether a run could succeed: everything is checked, and nothing is created.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import { InvalidInputError } from "../errors.ts";
import type { Reason } from "../exit_codes.ts";
import type { CheckInput } from "./check_input.ts";
import { type CheckItem, missing, notChecked, ok, warning } from "./check_item.ts";
import { checkServer } from "./check_server.ts";
import { itemsOnServer, ON_SERVER } from "./items_on_server.ts";
import { openRun } from "./opened_run.ts";
import { probeClient } from "./probe_client.ts";
import { checkManifest } from "./check_manifest.ts";

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
  const manifest = await checkManifest(input, run);
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
