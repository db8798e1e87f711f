/**
 * A row of the table of faults.
 *
 * @module
 */
import type { Ended } from "../../lab/compiled_program.ts";
import type { Rig, RigOptions } from "./lab/rig.ts";
import type { WatchedRun } from "./lab/watched_run.ts";
import type { ControlPlane } from "./servers/control_plane.ts";
import type { Phase, Work } from "./works/work.ts";

/** What a fault test may need beside a cluster. */
export type Need = "apiserver" | "etcd" | "root";

/** A row: a fault, and how a run must end in spite of it. */
export type FaultRow = DrivenRow | RowOnCluster | RowOnControlPlane;

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
  /** The works that it runs with, if not with all works of its file. */
  works?: Work[];
}

/** A check that is made after the end of a run; it throws. */
export type Check = (outcome: Outcome) => unknown;

/** What a driven row's fault returns: a check of what it has seen, if there is any. */
type Seen = Check | void | Promise<Check | void>;

/**
 * A row without a scenario of its own, which `driveRow()` runs: the run starts, watches its object, meets the trouble,
 * its work ends, and the run tells of that.
 */
export type DrivenRow = Driven & TroubleTime;

interface Driven extends Row {
  onControlPlane?: false;
  scenario?: undefined;
  /** Settings of the run, which override the common settings. */
  env?: Record<string, string>;
  /** How the work ends, or what happens to it; `"nothing"` if the run ends by itself. Default: it succeeds. */
  act?: Phase | "nothing" | ((rig: Rig, watched: WatchedRun) => Promise<unknown>);
  expect?: Expectation;
}

/** When the trouble comes: before the run starts, before a start after one that was killed, or while it waits. */
type TroubleTime =
  | { at: "start" | "restart"; trouble?: (rig: Rig) => Seen }
  | { at: "wait"; trouble: (rig: Rig, watched: WatchedRun) => Seen };

/** What a driven row expects besides the exit code, the objects and a report of the object. */
export interface Expectation {
  /** What standard error must have. */
  says?: (string | RegExp)[] | ((rig: Rig) => (string | RegExp)[]);
  /** How many creates the runner sends. */
  creates?: number;
  /** How soon the verdict must come, seconds. */
  within?: number;
  /** Further checks. */
  also?: (rig: Rig, outcome: Outcome) => unknown;
}

/** A row that does not disturb other users of the cluster. */
export interface RowOnCluster extends Row {
  onControlPlane?: false;
  /** Brings the fault about; returns the end of the (last) run, and when the verdict could be seen. */
  scenario(rig: Rig): Promise<Outcome | OutcomePastProxy>;
}

/** A row with its own etcd and API server, so that its fault affects no other test. */
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

/** The result of a scenario whose runner bypassed the proxy, which otherwise counts the objects. */
export interface OutcomePastProxy extends Outcome {
  /** How many objects there are. */
  objects: number;
}
