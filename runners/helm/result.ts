/**
 * What became of a release, for the report.
 *
 * @module
 */
import { cutText, type JsonObject, type KubeClient } from "../../src/mod.ts";
import { readRelease, readRevisions, type ReleaseRef } from "./release.ts";

/** What a release is like. */
export interface ReleaseResult extends JsonObject {
  name: string;
  /** Helm's word; `uninstalled` where there is none. */
  status: string;
  revision?: number;
  /** The chart and its version, as helm writes them. */
  chart?: string;
  appVersion?: string;
  notes?: string;
}

/** Most bytes of a chart's notes. */
const MAX_NOTES_BYTES = 2_000;

/** Reads what a release is like now, without its values. Two requests. */
export async function readResult(
  kube: KubeClient,
  ref: ReleaseRef,
  options: { signal: AbortSignal },
): Promise<ReleaseResult> {
  const { name } = ref;
  const [newest] = await readRevisions(kube, ref, options);
  if (!newest) return { name, status: "uninstalled" };
  const { revision, status, chart, chartVersion, appVersion, notes } = await readRelease(
    kube,
    { ...ref, revision: newest.revision },
    options,
  );
  return {
    name,
    revision,
    chart: `${chart}-${chartVersion}`,
    appVersion,
    status,
    ...(notes === "" ? {} : { notes: cutText(notes, MAX_NOTES_BYTES) }),
  };
}

/** Such as `release "web" is deployed: revision 2 of app-0.1.0`. */
export function resultText({ name, status, revision, chart }: ReleaseResult): string {
  if (revision === undefined) return `there is no release "${name}"`;
  return `release "${name}" is ${status}: revision ${revision} of ${chart}`;
}
