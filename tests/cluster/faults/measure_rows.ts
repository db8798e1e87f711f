/**
 * Runs every row many times, and keeps how each run ended.
 *
 * @module
 */
import { checkRow, measureRow, type RowHere, type RowResult, runInLanes } from "./run_rows.ts";

/** One run of a row. */
export interface MeasuredRun {
  /** What it showed, unless the scenario broke off before its end. */
  result?: RowResult;
  /** Why the run was not right; absent if it was right. */
  failure?: string;
}

/** All runs of one row. */
export interface RowRuns {
  row: RowHere;
  /** How many runs there are to be. */
  wanted: number;
  runs: MeasuredRun[];
}

/** Options of {@linkcode measureRows}. */
export interface MeasureOptions {
  /** When it aborts, no further run begins. */
  signal: AbortSignal;
  log(line: string): void;
  /** Called after every run, with all rows. */
  measured(all: RowRuns[]): void;
}

/** Where a wrong verdict or a second object would be easiest: these rows run more often. */
const CRITICAL_ROWS = [5, 8, 10, 13, 14, 29, 32, 36];
const CRITICAL_FACTOR = 4;

/** Runs each row `count` times and the critical ones four times as often, side by side: once each, then once again. */
export async function measureRows(
  rows: RowHere[],
  count: number,
  { signal, log, measured }: MeasureOptions,
): Promise<RowRuns[]> {
  const all = rows.map((row): RowRuns => ({ row, wanted: wantedRuns(row, count), runs: [] }));
  const queue = Array.from(
    { length: count * CRITICAL_FACTOR },
    (_, run) => all.filter(({ wanted }) => run < wanted),
  )
    .flat().map((runs) => ({ ...runs.row, runs }));
  await runInLanes(queue, async ({ runs }) => {
    const run = await measureOnce(runs.row);
    // A terminal sends its signal to the servers and runners of a row as well: that is no measurement.
    if (signal.aborted) return;
    runs.runs.push(run);
    log(progress(all, runs, run));
    measured(all);
  }, signal);
  return all;
}

function wantedRuns({ row, missing }: RowHere, count: number): number {
  if (missing !== undefined) return 0;
  return CRITICAL_ROWS.includes(row) ? count * CRITICAL_FACTOR : count;
}

/** Runs a row once; what goes wrong is a part of what is measured. */
async function measureOnce(row: RowHere): Promise<MeasuredRun> {
  let result: RowResult | undefined;
  try {
    result = await measureRow(row);
    checkRow(row, result);
    return { result };
  } catch (error) {
    return { ...result && { result }, failure: String(error) };
  }
}

function progress(all: RowRuns[], { row, wanted, runs }: RowRuns, { result, failure }: MeasuredRun): string {
  const done = all.reduce((sum, { runs }) => sum + runs.length, 0);
  const total = all.reduce((sum, { wanted }) => sum + wanted, 0);
  const took = result ? ` after ${result.seconds.toFixed(1)} s` : "";
  const end = failure === undefined ? `right${took}` : `NOT RIGHT${took}: ${failure}`;
  return `${done}/${total}: row ${row.row} [${row.work.program}] "${row.name}", run ${runs.length} of ${wanted}: ${end}`;
}
