/**
 * `deno task bad-input [--table [--rows 5,9]]`: the rows of the table of bad input as tests, or measured and printed.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { ROOT } from "../../cmd/build/bundle.ts";
import { parseArgs } from "@std/cli/parse-args";
import { denoCommand } from "../../.ci/without_jsr/deno.ts";
import { ALL_ROWS, missingFor } from "./all_rows.ts";
import type { BadInputCase, BadInputRow } from "./bad_input_row.ts";
import { makeBadInputLab } from "./bad_input_lab.ts";
import { type CaseResult, checkCase, runCase } from "./run_case.ts";

/** Most characters of a line that are shown. */
const MAX_SHOWN = 160;

const { table, rows } = parseArgs(Deno.args, { boolean: ["table"], string: ["rows"] });
if (table) {
  Deno.exit(await printTable(rows?.split(",").map(Number)));
} else {
  const command = await denoCommand(["test", "-A", "tests/bad_input/"]);
  Deno.exit((await command.spawn().status).code);
}

/** Returns the exit code: 1 if any case was wrong. */
async function printTable(only: number[] | undefined): Promise<number> {
  console.log("| Row | Input | Exit code | What it says | ms | MB | POSTs |");
  console.log("| --- | --- | --- | --- | --- | --- | --- |");
  let exitCode = 0;
  const isAsked = ({ row }: BadInputRow) => only?.includes(row) ?? true;
  for (const row of ALL_ROWS.filter((row) => isAsked(row) && missingFor(row) === undefined)) {
    for (const each of row.cases) {
      await using lab = await makeBadInputLab();
      const result = await runCase(lab, each);
      console.log(lineOf(row, each, result, lab.folder));
      try {
        checkCase(each, result);
      } catch (error) {
        console.error(`row ${row.row}: ${(error as Error).message}`);
        exitCode = 1;
      }
    }
  }
  return exitCode;
}

function lineOf(row: BadInputRow, each: BadInputCase, result: CaseResult, folder: string): string {
  const { ended, peakMb, posts } = result;
  const cells = [
    row.row,
    code(each.input),
    ended.code,
    said(each, result).map((line) => code(shown(line.replaceAll(folder, "/in").replaceAll(`${ROOT}/`, ""))))
      .join("<br>"),
    Math.round(ended.tookMs),
    Math.round(peakMb),
    posts,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** The lines for people; of an input that is accepted, the warnings. */
function said({ arrives }: BadInputCase, { ended }: CaseResult): string[] {
  if (!arrives) return ended.stderr.trimEnd().split("\n");
  const logged = ended.stderr.split("\n").filter((line) => line.startsWith("{")).map((line) =>
    JSON.parse(line)
  );
  return ["accepted", ...logged.filter(({ level }) => level === "warn").map(({ message }) => message)];
}

function shown(line: string): string {
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line;
}

/** As code in a cell of a Markdown table, whatever it holds. */
function code(text: string): string {
  const escaped = text.replaceAll("|", "\\|").replace(
    /[\r\n\t]/g,
    (character) => JSON.stringify(character).slice(1, -1),
  );
  return escaped.includes("`") ? `\`\` ${escaped} \`\`` : `\`${escaped}\``;
}
