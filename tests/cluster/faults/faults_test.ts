import { must } from "./lab/checks.ts";
import { checkRow, measureRow, type RowHere, type RowResult, rowsHere, runInLanes } from "./run_rows.ts";

const rows = (await rowsHere()).filter(({ isRepeat }) => !isRepeat);
/** All rows run side by side from the first test on: one after another they would take an hour. */
let results: Map<RowHere, PromiseWithResolvers<RowResult>> | undefined;

function startRows(): Map<RowHere, PromiseWithResolvers<RowResult>> {
  const results = new Map(rows.map((row) => [row, Promise.withResolvers<RowResult>()]));
  // The row's test reports the failure when it awaits this promise; until then the failure must not end the process.
  for (const { promise } of results.values()) promise.catch(() => {});
  runInLanes(rows, (row) => {
    const { resolve, reject } = results.get(row)!;
    return measureRow(row).then(resolve, reject);
  });
  return results;
}

for (const row of rows) {
  Deno.test({
    name: `row ${row.row} [${row.work.program}]: ${row.name}${row.missing ? ` (needs ${row.missing})` : ""}`,
    ignore: row.missing !== undefined,
    // Timers and processes of other rows exist while this test awaits its row.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      results ??= startRows();
      const result = await results.get(row)!.promise;
      checkRow(row, result);
      must(result.late === undefined, result.late ?? "");
    },
  });
}
