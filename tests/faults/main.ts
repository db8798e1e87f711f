/**
 * `deno task faults [--table] [--runs N]`: the rows of the table of faults as tests, or measured N times (the critical
 * ones 4 N times) and printed as a table for people, one for each runner.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { denoCommand } from "../../.ci/without_jsr/deno.ts";
import { checkRow, type RowHere, type RowResult, rowsHere, startRows } from "./run_rows.ts";

/** All runs of one row. */
interface RowRuns {
  row: RowHere;
  results: RowResult[];
  /** Runs that ended in an error of the test itself. */
  failures: string[];
}

/** Where a wrong verdict or a second object would be easiest: these rows run more often. */
const CRITICAL_ROWS = [5, 8, 10, 13, 14, 29, 32, 36];
const CRITICAL_FACTOR = 4;

const { table, runs } = parseArgs(Deno.args, { boolean: ["table"], string: ["runs"] });
if (table) {
  await printTable(Number(runs ?? 1));
} else {
  const command = await denoCommand(["test", "-A", "tests/faults/"]);
  Deno.exit((await command.spawn().status).code);
}

async function printTable(count: number): Promise<void> {
  const all: RowRuns[] = rowsHere().map((row) => ({ row, results: [], failures: [] }));
  for (let run = 0; run < count * CRITICAL_FACTOR; run++) {
    await runOnce(all.filter(({ row }) => run < count || CRITICAL_ROWS.includes(row.row)));
    // deno-lint-ignore no-console
    console.error(`run ${run + 1} is done`);
  }
  const programs = Map.groupBy(all, ({ row }) => row.work.program);
  // deno-lint-ignore no-console
  for (const [program, rows] of programs) console.log(tableOf(program, rows));
  const wrong = all.flatMap(({ row, failures }) =>
    failures.map((failure) => `row ${row.row} [${row.work.program}]: ${failure}`)
  );
  // deno-lint-ignore no-console
  if (wrong.length > 0) console.error(wrong.join("\n"));
  Deno.exit(wrong.length > 0 ? 1 : 0);
}

async function runOnce(all: RowRuns[]): Promise<void> {
  const results = startRows(all.map(({ row }) => row));
  for (const { row, results: done, failures } of all) {
    try {
      const result = await results.get(row);
      if (!result) continue;
      done.push(result);
      checkRow(row, result);
    } catch (error) {
      failures.push(String(error));
    }
  }
}

function tableOf(program: string, rows: RowRuns[]): string {
  return [
    `### ${program}\n`,
    "| Row | Fault and what must happen | Runs | Verdicts right | Objects | Seconds to verdict | Requests a minute |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...rows.map(lineOf),
    "",
  ].join("\n");
}

function lineOf({ row, results, failures }: RowRuns): string {
  if (row.missing) return `| ${row.row} | ${row.name} | not run: needs ${row.missing} | | | | |`;
  const objects = results.length === 0 ? "" : most(results.map((result) => result.objects));
  const verdicts = results.flatMap(({ verdictMs }) => verdictMs === undefined ? [] : [verdictMs / 1_000]);
  const runs = results.length + failures.length - results.filter((result) => isWrong(row, result)).length;
  const cells = [
    row.row,
    row.name,
    runs,
    runs - failures.length,
    objects,
    verdicts.length === 0 ? "–" : `${median(verdicts).toFixed(1)} (max ${most(verdicts).toFixed(1)})`,
    most(results.map((result) => result.requestsPerMinute)),
  ];
  return `| ${cells.join(" | ")} |`;
}

function isWrong(row: RowHere, result: RowResult): boolean {
  return result.exitCode !== row.exitCode || result.objects !== row.objects;
}

function most(values: number[]): number {
  return Math.max(0, ...values);
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
