import { checkRow, rowsHere, startRows } from "./run_rows.ts";

const rows = rowsHere();
/** All rows run side by side from the first test on: one after another they would take an hour. */
let results: ReturnType<typeof startRows> | undefined;

for (const row of rows) {
  Deno.test({
    name: `row ${row.row} [${row.work.program}]: ${row.name}${row.missing ? ` (needs ${row.missing})` : ""}`,
    ignore: row.missing !== undefined,
    // The timers and processes of other rows live while this one is awaited.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      results ??= startRows(rows);
      checkRow(row, await results.get(row)!);
    },
  });
}
