/**
 * What runs of rows have shown, as Markdown tables for people.
 *
 * @module
 */
import type { MeasuredRun, RowRuns } from "./measure_rows.ts";

/** A table for each runner. */
export function tablesOf(all: RowRuns[], minutes: number): string {
  const programs = Map.groupBy(all, ({ row }) => row.work.program);
  return [...programs].map(([program, rows]) => tableOf(program, rows, minutes)).join("\n");
}

/** Writes tables into a file, in the place of those that it has: all of it from the first heading of a runner on. */
export function tableFile(path: string): (tables: string) => void {
  const [prose] = Deno.readTextFileSync(path).split(/^### \S+-runner$/m, 1);
  return (tables) => {
    // The rename is atomic: a stopped program leaves the whole old or the whole new file.
    Deno.writeTextFileSync(`${path}.new`, `${prose}${tables}`);
    Deno.renameSync(`${path}.new`, path);
  };
}

function tableOf(program: string, rows: RowRuns[], minutes: number): string {
  const numbers = new Set(rows.map(({ row }) => row.row));
  const runs = rows.flatMap(({ runs }) => runs);
  const wanted = rows.reduce((sum, { wanted }) => sum + wanted, 0);
  const right = runs.filter(isRight).length;
  return [
    `### ${program}\n`,
    `${runs.length} of ${wanted} runs in ${rows.length} cases of ${numbers.size} rows, ${right} of them with the right`,
    `verdict, in one pass of ${Math.ceil(minutes)} minutes.\n`,
    "| Row | Fault and what must happen | Runs | Verdicts right | Objects | Seconds to verdict | Requests a minute |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...rows.map(lineOf),
    "",
    ...listOf("Not right", rows, ({ failure }) => failure),
    ...listOf("Right, but too late", rows, ({ result }) => result?.late),
  ].join("\n");
}

function isRight({ failure }: MeasuredRun): boolean {
  return failure === undefined;
}

function lineOf({ row, runs }: RowRuns): string {
  if (row.missing) return `| ${row.row} | ${row.name} | not run: needs ${row.missing} | | | | |`;
  const results = runs.flatMap(({ result }) => result ?? []);
  const verdicts = results.flatMap(({ verdictMs }) => verdictMs === undefined ? [] : [verdictMs / 1_000]);
  const cells = [
    row.row,
    row.name,
    runs.length,
    runs.filter(isRight).length,
    results.length === 0 ? "" : most(results.map(({ objects }) => objects)),
    verdicts.length === 0 ? "–" : `${median(verdicts).toFixed(1)} (max ${most(verdicts).toFixed(1)})`,
    most(results.map(({ requestsPerMinute }) => requestsPerMinute)),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** The runs for which `textOf` returns a text, one per line. */
function listOf(title: string, rows: RowRuns[], textOf: (run: MeasuredRun) => string | undefined): string[] {
  const lines = rows.flatMap(({ row, runs }) =>
    runs.flatMap((run, index) => {
      const text = textOf(run);
      return text === undefined
        ? []
        : [`- Row ${row.row}, ${row.name}, run ${index + 1}: \`${firstLine(text)}\``];
    })
  );
  return lines.length === 0 ? [] : [`${title}:\n`, ...lines, ""];
}

/** The first line of a text, as much as a list can hold. */
function firstLine(text: string): string {
  return text.split("\n")[0]!.slice(0, 200).replaceAll("`", "'");
}

function most(values: number[]): number {
  return Math.max(0, ...values);
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
