import type { PodFindings } from "../../src/pods/mod.ts";
import type { StartOutput } from "../../src/mod.ts";
import type { HelmWork } from "./work.ts";

/** What a run of helm hands from its start to its later steps. */
export interface HelmStarted extends StartOutput {
  work: HelmWork;
  /** What the wait has read for the diagnosis: helm may delete it before that. */
  kept: {
    /** The release's pod that was not ready when helm's time was almost up. */
    failingPod?: PodFindings | undefined;
  };
}

/** A start that has not made its Job yet, or needs none. */
export function helmStarted(work: HelmWork): HelmStarted {
  return { status: work.status, work, kept: {} };
}
