/**
 * A row of the table of faults.
 *
 * @module
 */
import type { ControlPlane } from "./servers/control_plane.ts";
import type { Ended } from "../lab/runner_process.ts";
import type { Rig, RigOptions } from "./lab/rig.ts";
import type { Work } from "./works/work.ts";

/** What a fault test may need beside a cluster. */
export type Need = "apiserver" | "etcd" | "root";

/** A row: a fault, and how a run must end in spite of it. */
export type FaultRow = RowOnCluster | RowOnControlPlane;

interface Row extends Pick<RigOptions, "rules"> {
  /** The row's number in the table. */
  row: number;
  /** What must happen, in words. */
  name: string;
  /** The exit code that tells the truth. */
  exitCode: number;
  /** How many objects are created, by all starts of the run together. */
  objects: number;
  needs?: Need[];
  /** What it is run with, where it is not for all works that its file is for. */
  works?: Work[];
}

/** A row that leaves the cluster as it is for others. */
export interface RowOnCluster extends Row {
  onControlPlane?: false;
  /** Brings the fault about; returns the end of the (last) run, and when the verdict could be seen. */
  scenario(rig: Rig): Promise<Outcome | OutcomePastProxy>;
}

/** A row that has an etcd and an API server of its own, so that nobody else meets its fault. */
export interface RowOnControlPlane extends Row {
  onControlPlane: true;
  /** As on the cluster; the rig is on the control plane. */
  scenario(rig: Rig, plane: ControlPlane): Promise<Outcome | OutcomePastProxy>;
}

/** A row for one work. */
export type WorkRow = FaultRow & {
  work: Work;
  /** Whether it meets the same code as another work's row: measured with every work, tested with one. */
  isRepeat: boolean;
};

/** What a scenario returns. */
export interface Outcome {
  ended: Ended;
  /** When the work had ended and the fault was over, milliseconds of `performance.now()`; absent if neither came. */
  verdictAt?: number;
}

/** What a scenario returns whose runner went past the proxy, which else counts the objects. */
export interface OutcomePastProxy extends Outcome {
  /** How many objects there are. */
  objects: number;
}
