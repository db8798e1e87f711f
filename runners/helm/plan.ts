/**
 * Decides by the revisions of a release what to do. This module does no I/O.
 *
 * @module
 */
import { canonicalJson, isJsonObject } from "../../src/kube/mod.ts";
import { type JsonObject, RunError } from "../../src/mod.ts";
import type { HelmArguments } from "./arguments.ts";
import type { Release, Revision } from "./release.ts";

/**
 * Whether a release is already as the arguments ask, so that helm has nothing to do.
 *
 * @param newest the newest revision; `read` reads the whole revision if that matters
 */
export async function isDone(
  { args, values }: { args: HelmArguments; values: JsonObject },
  newest: Revision | undefined,
  read: (newest: Revision) => Promise<Release>,
): Promise<boolean> {
  const { command, chart, revision } = args;
  if (command === "uninstall") return newest === undefined || newest.status === "uninstalled";
  // Only helm knows whether there is a newer chart, and which revision is the previous one.
  const isKnown = command === "install" || (command === "upgrade" ? chart?.version : revision) !== undefined;
  if (newest?.status !== "deployed" || !isKnown) return false;
  const whole = await read(newest);
  if (command === "rollback") return whole.description === `Rollback to ${revision}`;
  return whole.chart === chart?.name.split("/").at(-1) &&
    (chart?.version ?? whole.chartVersion) === whole.chartVersion &&
    canonicalJson(whole.values) === canonicalJson(valuesAfter(args, values, whole.values));
}

/** The values of the release after the command: https://github.com/helm/helm/blob/v3.18.4/pkg/action/upgrade.go `reuseValues` */
function valuesAfter(args: HelmArguments, values: JsonObject, before: JsonObject): JsonObject {
  if (args.command === "install" || args.resetValues) return values;
  if (args.reuseValues) return merged(before, values);
  return Object.keys(values).length === 0 ? before : values;
}

function merged(before: JsonObject, values: JsonObject): JsonObject {
  const entries = Object.entries(values).map(([key, value]) => {
    const old = before[key];
    return [key, isJsonObject(old) && isJsonObject(value) ? merged(old, value) : value];
  });
  return { ...before, ...Object.fromEntries(entries) };
}

/**
 * The revision to roll back to first, if an earlier helm died in the middle of a change of the release; `undefined` if
 * no rollback is needed.
 *
 * @throws {RunError} `NameTaken` if the settings do not allow the rollback, or if there is no such revision
 */
export function rollbackTarget(
  { command, name }: HelmArguments,
  revisions: Revision[],
  mayRollBack: boolean,
): number | undefined {
  const [newest, ...earlier] = revisions;
  // As in helm itself: uninstall and rollback repair the release.
  if (!newest?.status.startsWith("pending-") || command === "uninstall" || command === "rollback") {
    return undefined;
  }
  const good = earlier.find(({ status }) => status === "deployed") ??
    earlier.find(({ status }) => status === "superseded");
  if (mayRollBack && good && command === "upgrade") return good.revision;
  const way = good
    ? `roll it back (command rollback with revision ${good.revision}; before an upgrade RUNNER_HELM_PENDING=rollback does it)`
    : "uninstall it";
  throw new RunError(
    "NameTaken",
    `Cannot ${command} the release "${name}": a helm that ended early has left its revision ${newest.revision} ` +
      `${newest.status} since ${newest.since}, and no Job of this runner works on it; ${way} first`,
  );
}
