/**
 * `deno task faults`: the rows of the table of faults as tests.
 *
 * `--table` measures each row instead, `--runs N` times (once by default) and the critical ones four times as often, and
 * prints a table for each runner. `--record FILE` writes the same tables into FILE, in the place of those that it has,
 * after every run: a pass that is stopped leaves a table that tells how often each row ran.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { denoCommand } from "../../../.ci/without_jsr/deno.ts";
import { measureRows, type RowRuns } from "./measure_rows.ts";
import { rowsHere } from "./run_rows.ts";
import { tableFile, tablesOf } from "./tables.ts";

/** How soon a signal is the first one once more, milliseconds: a terminal sends it to this program and its parent. */
const ONE_SIGNAL_MS = 1_000;

const { table, runs, record } = parseArgs(Deno.args, { boolean: ["table"], string: ["runs", "record"] });
if (table || record !== undefined) {
  await measure(Number(runs ?? 1), record);
} else {
  const command = await denoCommand(["test", "-A", "tests/cluster/faults/"]);
  Deno.exit((await command.spawn().status).code);
}

async function measure(count: number, file: string | undefined): Promise<void> {
  const started = performance.now();
  // A promise of one case that is rejected late must not end the cases that still run.
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    // deno-lint-ignore no-console
    console.error("a promise that nobody waited for:", event.reason);
  });
  const write = file === undefined ? undefined : tableFile(file);
  const print = (all: RowRuns[]) => tablesOf(all, (performance.now() - started) / 60_000);
  const all = await measureRows(await rowsHere(), count, {
    signal: firstSignal(),
    // deno-lint-ignore no-console
    log: console.error,
    measured: (all) => write?.(print(all)),
  });
  // deno-lint-ignore no-console
  if (!write) console.log(print(all));
  Deno.exit(all.some(({ runs }) => runs.some(({ failure }) => failure !== undefined)) ? 1 : 0);
}

/** Aborts at the first signal, so that what runs can still remove what it has made; the second one ends the program. */
function firstSignal(): AbortSignal {
  const stopped = new AbortController();
  let stoppedAt = Infinity;
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, () => {
      if (performance.now() - stoppedAt > ONE_SIGNAL_MS) Deno.exit(1);
      if (stopped.signal.aborted) return;
      stopped.abort();
      stoppedAt = performance.now();
      // deno-lint-ignore no-console
      console.error("no further run begins; those that have begun are waited for");
    });
  }
  return stopped.signal;
}
