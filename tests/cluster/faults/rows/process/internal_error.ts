/**
 * Unforeseen errors: they have their own exit code, give no verdict, and leave every run stoppable.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Breakage, BrokenStep } from "../../programs/broken_runner.ts";
import type { FaultRow } from "../../fault_row.ts";
import { startBroken } from "../../lab/broken_program.ts";
import { endOf, sleep } from "../../lab/waiting.ts";
import { WORKFLOW } from "../../works/workflow.ts";

/** The broken program is one of its own: it is run once, whatever the work. */
const works = [WORKFLOW];

/** A breakage that must end in 70, whatever has been seen so far. */
function internalError(step: BrokenStep, how: Breakage): FaultRow {
  return {
    row: 63,
    works,
    name: `the runner breaks in ${step} (${how}): an internal error, no verdict`,
    exitCode: 70,
    objects: 0,
    async scenario(rig) {
      const ended = await endOf(await startBroken(rig, { step, how }));
      assertStringIncludes(ended.stderr, how.startsWith("throw nothing") ? "undefined" : "");
      assert(!/\n\s+at /.test(ended.stderr), `a stack is no text for people:\n${ended.stderr}`);
      assert(ended.stderr.trim() !== "", "nothing tells why");
      return { ended };
    },
  };
}

/** A Worker that does nothing any more: SIGTERM ends the program all the same. */
function terminated(how: Breakage): FaultRow {
  return {
    row: 63,
    works,
    name: `the run's Worker does not answer (${how}): SIGTERM ends it all the same`,
    exitCode: 143,
    objects: 0,
    async scenario(rig) {
      const run = await startBroken(rig, { step: "find", how });
      await sleep(2_000);
      const verdictAt = performance.now();
      run.kill("SIGTERM");
      const ended = await endOf(run);
      assertStringIncludes(ended.stderr, "did not end within");
      return { ended, verdictAt };
    },
  };
}

const THROWN: BrokenStep[] = ["find", "preflight", "start", "waitForCompletion"];

export const rows: FaultRow[] = [
  ...THROWN.map((step) => internalError(step, "throw")),
  internalError("find", "throw nothing"),
  internalError("waitForCompletion", "throw nothing"),
  internalError("waitForCompletion", "throw later"),
  internalError("waitForCompletion", "reject unheard"),
  internalError("waitForCompletion", "close"),
  internalError("waitForCompletion", "exit"),
  terminated("hang"),
  {
    row: 63,
    works,
    name: "the runner's hints for people break: the verdict stays",
    exitCode: 10,
    objects: 0,
    async scenario(rig) {
      const ended = await endOf(await startBroken(rig, { step: "commands", how: "throw" }));
      assertEquals((await rig.status())?.exitCode, ended.code, ended.stderr);
      return { ended };
    },
  },
];
