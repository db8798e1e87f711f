/**
 * Every row of the table of bad input.
 *
 * @module
 */
import type { BadInputRow } from "./bad_input_row.ts";
import { rows as access } from "./rows_access.ts";
import { rows as files } from "./rows_files.ts";
import { rows as settings } from "./rows_settings.ts";
import { rows as workflow } from "./rows_workflow.ts";
import { rows as yaml } from "./rows_yaml.ts";

/** In the table's order. */
export const ALL_ROWS: BadInputRow[] = [...settings, ...files, ...yaml, ...workflow, ...access];

/** What a row lacks on this machine, if anything. */
export function missingFor({ needs }: BadInputRow): string | undefined {
  return needs === "root" && Deno.uid() !== 0 ? "root" : undefined;
}
