import type { PodFindings } from "../../src/pods/mod.ts";
import type { StartOutput } from "../../src/mod.ts";
import type { HelmWork } from "./work.ts";

/** What the start of helm returns for the later steps. */
export interface HelmStarted extends StartOutput {
  work: HelmWork;
  /** What the wait reads for the diagnosis, since helm may delete it before the diagnosis. */
  kept: {
    /** The release's pod that was not ready shortly before helm's time-out. */
    failingPod?: PodFindings | undefined;
  };
}

/** The result of a start that has not created its Job yet, or needs no Job. */
export function helmStarted(work: HelmWork): HelmStarted {
  return { status: work.status, work, kept: {} };
}
