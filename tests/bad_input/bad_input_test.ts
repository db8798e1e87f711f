import { ALL_ROWS, missingFor } from "./all_rows.ts";
import { makeBadInputLab } from "./bad_input_lab.ts";
import { checkCase, runCase } from "./run_case.ts";

for (const row of ALL_ROWS) {
  const missing = missingFor(row);
  Deno.test({
    name: `bad input row ${row.row}: ${row.name}${missing ? ` (ignored: needs ${missing})` : ""}`,
    ignore: missing !== undefined,
    async fn() {
      for (const each of row.cases) {
        await using lab = await makeBadInputLab();
        checkCase(each, await runCase(lab, each));
      }
    },
  });
}
