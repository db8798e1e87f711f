/**
 * Finished work that is being deleted, and work that does not end when it is told to.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Ended } from "../../../../lab/compiled_program.ts";
import type { FaultRow } from "../../fault_row.ts";
import { mustReportInBothPlaces, mustReportTheObject } from "../../lab/checks.ts";
import { metadataOf, uidInReport, uidOf } from "../../lab/metadata.ts";
import { rulesOf } from "../../lab/rbac_rules.ts";
import type { Rig } from "../../lab/rig.ts";
import { endOf } from "../../lab/waiting.ts";
import { killedInTheWait, whileHeld } from "../../lab/watched_run.ts";
import { isWholeGet } from "../../proxy/requests.ts";
import { JOB } from "../../works/job.ts";
import { RELEASE } from "../../works/release.ts";
import type { Phase, Work } from "../../works/work.ts";
import { WORKFLOW } from "../../works/workflow.ts";

/** A further start of a run whose work has ended since and is being deleted. */
async function restartInDeletion(rig: Rig, phase: Phase) {
  const uid = uidOf(await killedInTheWait(rig));
  await rig.finish(phase);
  return await whileHeld(rig, async () => {
    const verdictAt = performance.now();
    const ended = await endOf(rig.start());
    assertEquals([uidInReport(ended.report), uidOf(await rig.object())], [uid, uid], ended.stderr);
    await mustReportTheObject(rig, ended);
    return { ended, verdictAt };
  });
}

/** Rights to delete the work's object, beside what all runs have. */
function withDeletion(work: Work) {
  const [group] = work.apiVersion.split("/");
  return [...rulesOf(work), { apiGroups: [group!], resources: [work.plural], verbs: ["delete"] }];
}

/** Checks that the work was told to end, and that the report says that it has not. */
async function assertRunsOn(rig: Rig, ended: Ended, why: string): Promise<void> {
  const { annotations = {} } = metadataOf(await rig.object()) as { annotations?: Record<string, string> };
  const { report, stderr } = ended;
  assertEquals(annotations["runner.capact.io/stopped-by"], report?.reason, stderr);
  assertEquals((report?.object as { left: string }).left, "left running", stderr);
  assertStringIncludes(String(report?.message), `the work was told to end; it has not ended yet; ${why}`);
  assertEquals("finishedSuccessfully" in report!, false, stderr);
  await mustReportInBothPlaces(rig, ended);
}

/** Runs work into its time-out, or sends SIGTERM, with settings that have it told to end. */
async function tellToEnd(
  rig: Rig,
  { how, mode, before }: { how: How; mode: "stop" | "terminate"; before?: () => Promise<unknown> },
) {
  const run = rig.start(
    how === "SIGTERM" ? { RUNNER_ON_TERMINATE: mode } : { RUNNER_TIMEOUT: "6s", RUNNER_ON_TIMEOUT: mode },
  );
  await rig.watching();
  await before?.();
  if (how === "time-out") return { ended: await endOf(run) };
  const sent = performance.now();
  run.kill("SIGTERM");
  const ended = await endOf(run);
  assertEquals(ended.at - sent < 5_000, true, `it took ${ended.at - sent} ms\n${ended.stderr}`);
  return { ended };
}

type How = "time-out" | "SIGTERM";

const HOWS = [["time-out", 124], ["SIGTERM", 143]] as const;

/** Work that never ends. */
const ignored: FaultRow[] = HOWS.flatMap(([how, exitCode]): FaultRow[] => [
  {
    row: 67,
    works: [WORKFLOW],
    name: `a Workflow with spec.suspend is to be terminated on ${how}: it is left running, and that is said`,
    exitCode,
    objects: 1,
    async scenario(rig) {
      await rig.writeManifest({ ...rig.work.manifest, suspend: true });
      const outcome = await tellToEnd(rig, { how, mode: "terminate" });
      await assertRunsOn(rig, outcome.ended, "it is suspended (spec.suspend)");
      return outcome;
    },
  },
  {
    row: 67,
    works: [JOB, RELEASE],
    name: `a Job of another controller is to be stopped on ${how}: it is left running, and that is said`,
    exitCode,
    objects: 1,
    async scenario(rig) {
      const outcome = await tellToEnd(rig, { how, mode: "stop" });
      await assertRunsOn(rig, outcome.ended, "it is the controller");
      return outcome;
    },
  },
  {
    row: 67,
    works: [JOB],
    name: `a Job that a finalizer holds is to be deleted on ${how}: it is left running, and that is said`,
    exitCode,
    objects: 1,
    rules: withDeletion,
    async scenario(rig) {
      const finalizers = ["action-runner.test/hold"];
      const before = () => rig.patchObject({ metadata: { finalizers } });
      try {
        const outcome = await tellToEnd(rig, { how, mode: "terminate", before });
        await assertRunsOn(rig, outcome.ended, `Job "work" is held by its finalizer ${finalizers}`);
        return outcome;
      } finally {
        await rig.patchObject({ metadata: { finalizers: null } });
      }
    },
  },
]);

export const rows: FaultRow[] = [
  {
    row: 66,
    name: "the run's own object has succeeded and is being deleted: 0, and it is not done again",
    exitCode: 0,
    objects: 1,
    scenario: (rig) => restartInDeletion(rig, "Succeeded"),
  },
  {
    row: 66,
    name: "the run's own object has failed and is being deleted: 10, and it is not done again",
    exitCode: 10,
    objects: 1,
    scenario: (rig) => restartInDeletion(rig, "Failed"),
  },
  {
    row: 66,
    name: "the run's own finished object goes right after it was read: the verdict stays",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const uid = uidOf(await killedInTheWait(rig));
      await rig.finish();
      return await whileHeld(rig, async (release) => {
        let reads = 0;
        rig.proxy.rule = (exchange) => {
          if (!isWholeGet(exchange)) return undefined;
          reads++;
          return exchange.pass(async function* (body) {
            const answer = await new Response(ReadableStream.from(body)).bytes();
            await release();
            yield answer;
          });
        };
        const ended = await endOf(rig.start());
        assertEquals([reads > 0, await rig.object()], [true, undefined], ended.stderr);
        assertEquals(uidInReport(ended.report), uid, ended.stderr);
        return { ended };
      });
    },
  },
  ...ignored,
];
