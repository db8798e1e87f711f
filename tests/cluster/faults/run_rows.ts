/**
 * Runs rows of the table of faults, and checks how each run ended.
 *
 * @module
 */
import { ALL_ROWS } from "./all_rows.ts";
import { driveRow } from "./drive.ts";
import type { FaultRow, Need, Outcome, OutcomePastProxy, WorkRow } from "./fault_row.ts";
import { must, TooLateError } from "./lab/checks.ts";
import { type Rig, withRig } from "./lab/rig.ts";
import { within } from "./lab/waiting.ts";
import { isCreate } from "./proxy/requests.ts";
import { PID_FILE } from "./servers/api_server.ts";
import { withControlPlane } from "./servers/control_plane.ts";
import { etcdProgram } from "./servers/etcd.ts";

/** A row on this machine. */
export type RowHere = WorkRow & {
  /** What is missing to run it, if anything is. */
  missing: string | undefined;
};

/** What a row's run showed. */
export interface RowResult {
  exitCode: number;
  /** Creates that the API server did. */
  objects: number;
  /** From the end of work and fault to the end of the run, milliseconds; absent where there was no such moment. */
  verdictMs?: number;
  /** The runner's requests. */
  requests: number;
  /** The most requests within 60 s. */
  requestsPerMinute: number;
  seconds: number;
  stderr: string;
  /** That the verdict came too late, if it did. */
  late?: string;
}

/** How many rows run at once: they wait far more than they work. */
const SIDE_BY_SIDE = 8;
/** How many of the rows that start an API server of their own run at once: each server takes 400 MB. */
const SERVERS_SIDE_BY_SIDE = 2;

/** How long a row may take, milliseconds: one that hangs must not hold up the others. */
const ROW_MS = 10 * 60_000;

/** Every row, with what it lacks here; `FAULTS_ROWS=5,36` and `FAULTS_PROGRAMS=job-runner` choose some. */
export async function rowsHere(): Promise<RowHere[]> {
  const rows = Deno.env.get("FAULTS_ROWS")?.split(",").map(Number);
  const programs = Deno.env.get("FAULTS_PROGRAMS")?.split(",");
  const missing = await missingHere();
  return ALL_ROWS
    .filter(({ row, work }) => (rows?.includes(row) ?? true) && (programs?.includes(work.program) ?? true))
    .map((row) => ({ ...row, missing: needsOf(row).map((need) => missing[need]).find(Boolean) }));
}

/** What a row needs, in the order in which it is asked for. */
function needsOf({ needs = [], onControlPlane }: WorkRow): (Need | "cluster")[] {
  return ["cluster", ...onControlPlane ? ["apiserver", "etcd"] as const : needs];
}

/** What this machine lacks, by the need that it is for. */
async function missingHere(): Promise<Record<Need | "cluster", string | undefined>> {
  return {
    cluster: Deno.env.get("KUBECONFIG") ? undefined : "KUBECONFIG",
    apiserver: Deno.env.get(PID_FILE) ? undefined : PID_FILE,
    etcd: await etcdProgram() ? undefined : "etcd beside the API server's program or on the PATH",
    root: Deno.uid() === 0 ? undefined : "root",
  };
}

/**
 * Has `run` called for every row that nothing is missing for, side by side, in their order.
 *
 * @param signal When it aborts, no further row begins.
 */
export async function runInLanes<R extends RowHere>(
  rows: R[],
  run: (row: R) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const runnable = rows.filter(({ missing }) => missing === undefined);
  const [own, shared] = [runnable.filter(hasServer), runnable.filter((row) => !hasServer(row))];
  const lane = async (waiting: R[]) => {
    for (let row = waiting.shift(); row && !signal?.aborted; row = waiting.shift()) await run(row);
  };
  await Promise.all([
    ...Array.from({ length: SIDE_BY_SIDE }, () => lane(shared)),
    ...Array.from({ length: SERVERS_SIDE_BY_SIDE }, () => lane(own)),
  ]);
}

/** Whether a row has an API server of its own. */
function hasServer(row: WorkRow): boolean {
  return needsOf(row).includes("apiserver");
}

/** Checks a result against its row. */
export function checkRow(row: FaultRow, { exitCode, objects, stderr }: RowResult): void {
  must(exitCode === row.exitCode, `exit code ${row.exitCode} (it was ${exitCode})\n${stderr}`);
  must(objects === row.objects, `${row.objects} objects created (there were ${objects})\n${stderr}`);
}

/** Runs a row and tells what it showed. */
export function measureRow(row: WorkRow): Promise<RowResult> {
  if (!row.onControlPlane) {
    const scenario = row.scenario ?? ((rig: Rig) => driveRow(rig, row));
    return withRig((rig) => measure(rig, () => scenario(rig)), row);
  }
  return withControlPlane((plane) => {
    const { server } = plane.server.upstream;
    return withRig((rig) => measure(rig, () => row.scenario(rig, plane)), { ...row, server });
  });
}

async function measure(
  { proxy: { seen } }: Rig,
  scenario: () => Promise<Outcome | OutcomePastProxy>,
): Promise<RowResult> {
  const started = performance.now();
  let late: string | undefined;
  const outcome = await within(ROW_MS, "the row ends", scenario()).catch((error) => {
    if (!(error instanceof TooLateError)) throw error;
    late = error.message;
    return error.outcome;
  });
  const { ended, verdictAt } = outcome;
  return {
    exitCode: ended.code,
    objects: "objects" in outcome
      ? outcome.objects
      : seen.filter((each) => isCreate(each) && each.status === 201).length,
    ...(verdictAt === undefined ? {} : { verdictMs: ended.at - verdictAt }),
    requests: seen.length,
    requestsPerMinute: Math.max(
      0,
      ...seen.map(({ at }) => seen.filter((other) => other.at >= at && other.at < at + 60_000).length),
    ),
    seconds: (ended.at - started) / 1_000,
    stderr: ended.stderr,
    ...late !== undefined && { late },
  };
}
