/**
 * Runs rows of the table of faults, and checks how each run ended.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { ALL_ROWS } from "./all_rows.ts";
import type { FaultRow, Need, WorkRow } from "./fault_row.ts";
import { isCreate } from "./requests.ts";
import { withRig } from "./rig.ts";

/** A row on this machine. */
export interface RowHere extends WorkRow {
  /** What is missing to run it, if anything is. */
  missing: string | undefined;
}

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
}

/** How many rows run at once: they wait far more than they work. */
const SIDE_BY_SIDE = 8;
/** How many of the rows that start an API server of their own run at once: each server takes 400 MB. */
const SERVERS_SIDE_BY_SIDE = 2;

/** Every row, with what it lacks here; `FAULTS_ROWS=5,36` and `FAULTS_PROGRAMS=job-runner` choose some. */
export function rowsHere(): RowHere[] {
  const rows = Deno.env.get("FAULTS_ROWS")?.split(",").map(Number);
  const programs = Deno.env.get("FAULTS_PROGRAMS")?.split(",");
  return ALL_ROWS
    .filter(({ row, work }) => (rows?.includes(row) ?? true) && (programs?.includes(work.program) ?? true))
    .map((row) => ({ ...row, missing: missingFor(row.needs ?? []) }));
}

function missingFor(needs: Need[]): string | undefined {
  if (!Deno.env.get("KUBECONFIG")) return "KUBECONFIG";
  if (needs.includes("apiserver") && !Deno.env.get("FAULTS_APISERVER_PID_FILE")) {
    return "FAULTS_APISERVER_PID_FILE";
  }
  if (needs.includes("root") && Deno.uid() !== 0) return "root";
}

/** Starts every row that nothing is missing for, side by side. Returns each row's result to come. */
export function startRows(rows: RowHere[]): Map<RowHere, Promise<RowResult>> {
  const results = new Map<RowHere, PromiseWithResolvers<RowResult>>();
  const runnable = rows.filter(({ missing }) => missing === undefined);
  for (const row of runnable) {
    const result = Promise.withResolvers<RowResult>();
    // Whoever awaits it is told; until then a failure is nobody's.
    result.promise.catch(() => {});
    results.set(row, result);
  }
  const run = async (row: RowHere) => {
    const { resolve, reject } = results.get(row)!;
    await measureRow(row).then(resolve, reject);
  };
  const hasServer = ({ needs = [] }: RowHere) => needs.includes("apiserver");
  runInLanes(runnable.filter((row) => !hasServer(row)), SIDE_BY_SIDE, run);
  runInLanes(runnable.filter(hasServer), SERVERS_SIDE_BY_SIDE, run);
  return new Map([...results].map(([row, { promise }]) => [row, promise]));
}

function runInLanes(rows: RowHere[], lanes: number, run: (row: RowHere) => Promise<void>): void {
  const waiting = [...rows];
  for (let lane = 0; lane < lanes; lane++) {
    (async () => {
      for (let row = waiting.shift(); row; row = waiting.shift()) await run(row);
    })();
  }
}

/** Checks a result against its row. */
export function checkRow(row: FaultRow, { exitCode, objects, stderr }: RowResult): void {
  assertEquals(exitCode, row.exitCode, stderr);
  assertEquals(objects, row.objects, `objects created\n${stderr}`);
}

function measureRow(row: WorkRow): Promise<RowResult> {
  return withRig(async (rig) => {
    const started = performance.now();
    const outcome = await row.scenario(rig);
    const { ended, verdictAt } = outcome;
    const { seen } = rig.proxy;
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
    };
  }, row);
}
