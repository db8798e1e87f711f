/**
 * What several rows expect.
 *
 * @module
 */
import type { Expectation } from "../fault_row.ts";
import { mustLeaveRunning, mustReportInBothPlaces } from "./checks.ts";

/** The object was deleted, and the run says so at once. */
export const GONE: Expectation = { says: ["was deleted before its end was seen"], within: 5 };

/** The report has no verdict, says for which reason, and names the work, which goes on. */
export function leftRunning(reason: string): Expectation {
  return {
    async also(rig, { ended }) {
      await mustLeaveRunning(rig, ended, reason);
      await mustReportInBothPlaces(rig, ended);
    },
  };
}
