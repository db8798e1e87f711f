/**
 * Reads the state of a release, for the report.
 *
 * @module
 */
import { type JsonObject, type Mask, secretsIn } from "../../src/mod.ts";
import type { KubeClient } from "../../src/kube/mod.ts";
import { readRelease, readRevisions, type ReleaseRef } from "./release.ts";

/** The state of a release. */
export interface ReleaseResult extends JsonObject {
  name: string;
  /** Helm's word; `uninstalled` if there is no release. */
  status: string;
  revision?: number;
  /** The chart and its version, as helm writes them. */
  chart?: string;
  appVersion?: string;
  notes?: string;
}

/**
 * Reads the state of a release, without its values. It sends two requests.
 *
 * @param options.mask gets the secrets among the release's values and hides them from now on: values of an earlier
 * revision or of the chart are not in this run's manifest
 */
export async function readResult(
  kube: KubeClient,
  ref: ReleaseRef,
  { mask, signal }: { mask: Mask; signal: AbortSignal },
): Promise<ReleaseResult> {
  const { name } = ref;
  const [newest] = await readRevisions(kube, ref, { signal });
  if (!newest) return { name, status: "uninstalled" };
  const release = await readRelease(kube, { ...ref, revision: newest.revision }, { signal });
  const { revision, status, chart, chartVersion, appVersion, notes, values, defaults } = release;
  mask.hide(secretsIn([values, defaults]));
  return {
    name,
    revision,
    chart: `${chart}-${chartVersion}`,
    appVersion,
    status,
    ...(notes === "" ? {} : { notes }),
  };
}

/** For example `release "web" is deployed: revision 2 of app-0.1.0`. */
export function resultText({ name, status, revision, chart }: ReleaseResult): string {
  if (revision === undefined) return `there is no release "${name}"`;
  return `release "${name}" is ${status}: revision ${revision} of ${chart}`;
}
