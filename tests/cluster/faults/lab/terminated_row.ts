/**
 * Rows of runs that are terminated in the midst of a request.
 *
 * @module
 */
import type { Ended } from "../../../lab/compiled_program.ts";
import type { RowOnCluster } from "../fault_row.ts";
import type { Hold } from "../proxy/proxy_rules.ts";
import { must } from "./checks.ts";
import type { Rig } from "./rig.ts";
import { endOf, sleep, within } from "./waiting.ts";

/** Options of {@linkcode terminatedRow}. */
export interface TerminatedOptions extends Pick<RowOnCluster, "name" | "objects" | "works"> {
  /** Holds the request. */
  hold: () => Hold;
  /** How long after the signal the request is passed on, milliseconds; never by default. */
  releaseMs?: number;
  env?: Record<string, string>;
  /** Checks of the end, beside the report's reason. */
  check: (rig: Rig, ended: Ended) => unknown;
}

/** A row whose run gets SIGTERM while a request is held. */
export function terminatedRow(options: TerminatedOptions): RowOnCluster {
  const { hold: holdIt, releaseMs, env, check, ...row } = options;
  return {
    row: 56,
    exitCode: 143,
    ...row,
    async scenario(rig) {
      const hold = holdIt();
      rig.proxy.rule = hold.rule;
      const run = rig.start(env);
      await within(60_000, "the request is held", hold.held);
      const verdictAt = performance.now();
      run.kill("SIGTERM");
      if (releaseMs !== undefined) await sleep(releaseMs).then(hold.release);
      const ended = await endOf(run);
      must(ended.report?.reason === "Terminated", `the reason is Terminated\n${ended.stderr}`);
      await check(rig, ended);
      return { ended, verdictAt };
    },
  };
}
