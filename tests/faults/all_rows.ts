/**
 * Every row of the table of faults that is injected against the compiled binary.
 *
 * @module
 */
import type { FaultRow } from "./fault_row.ts";
import { rows as create } from "./rows_create.ts";
import { rows as watch } from "./rows_watch.ts";

/** All rows, in the table's order. */
export const ALL_ROWS: FaultRow[] = [...create, ...watch].sort((a, b) => a.row - b.row);
