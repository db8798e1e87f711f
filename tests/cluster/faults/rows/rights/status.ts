/**
 * Faults of the status object: a failed report never makes a verdict wrong.
 *
 * @module
 */
import type { FaultRow, Outcome } from "../../fault_row.ts";
import { must, mustHaveCreatedNothing, mustHaveSeen, mustSay, secondsFrom } from "../../lab/checks.ts";
import { rulesOf, workRules } from "../../lab/rbac_rules.ts";
import type { Rig } from "../../lab/rig.ts";
import { configMapPath, configMapsPath, mustReportOnStdoutOnly } from "../../lab/status_object.ts";
import { sleep, untilSaid } from "../../lab/waiting.ts";
import { finishWhenWatched } from "../../lab/watched_run.ts";
import { isStatusTrial } from "../../proxy/requests.ts";
import { NAME } from "../../works/work.ts";
import { WORKFLOW } from "../../works/workflow.ts";

async function deleteConfigMap(rig: Rig): Promise<void> {
  await (await rig.cluster.request("DELETE", configMapPath(rig))).body?.cancel();
}

async function makeImmutable(rig: Rig): Promise<void> {
  await rig.cluster.patch(configMapPath(rig), { immutable: true });
}

/** Takes the right to write the status away, and waits until the API server keeps to it. */
async function takeRightAway(rig: Rig): Promise<void> {
  const roles = `/apis/rbac.authorization.k8s.io/v1/namespaces/${rig.namespace}/roles/${NAME}`;
  await rig.cluster.patch(roles, { rules: workRules(rig.work) });
  await sleep(1_000);
}

/** A row whose status object is lost to the run while that waits. */
function lostInTheWait(row: number, what: string, phase: "Succeeded" | "Failed", options: {
  lose: (rig: Rig) => Promise<void>;
  says: string;
}): FaultRow {
  const exitCode = phase === "Succeeded" ? 35 : 10;
  return {
    row,
    name: `${what} while the run waits: ${phase} ends with ${exitCode}`,
    exitCode,
    objects: 1,
    async scenario(rig) {
      const run = rig.start();
      await rig.watching();
      await options.lose(rig);
      await rig.finish(phase);
      const verdictAt = performance.now();
      const ended = await run.ended;
      await mustReportOnStdoutOnly(rig, ended, phase);
      mustSay(ended, options.says);
      return { ended, verdictAt };
    },
  };
}

/** A row whose status object cannot be written at the start: nothing is created. */
function lostAtTheStart(
  row: number,
  name: string,
  options: Pick<FaultRow, "exitCode" | "rules"> & {
    lose: (rig: Rig) => Promise<void>;
    seconds: number;
    says: string;
  },
): FaultRow {
  const { exitCode, lose, rules = rulesOf, says, seconds } = options;
  return {
    row,
    name,
    exitCode,
    rules,
    objects: 0,
    async scenario(rig) {
      await lose(rig);
      const ended = await rig.start().ended;
      const took = secondsFrom(rig, ended);
      must(took >= seconds && took < seconds + 8, `it waits for ${seconds} s (it took ${took} s)`);
      mustHaveSeen(rig, 0, ({ method }) => method === "POST", "a POST");
      mustSay(ended, says);
      await mustHaveCreatedNothing(rig);
      return { ended };
    },
  };
}

const absent: FaultRow[] = [
  lostAtTheStart(50, "there is no status object at the start: 22 after 15 s, and none is made", {
    exitCode: 22,
    lose: deleteConfigMap,
    seconds: 14.5,
    says: `There is no ConfigMap "${NAME}"`,
  }),
  {
    row: 50,
    name: "the status object is made 5 s after the start: the run begins then",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      await deleteConfigMap(rig);
      const run = rig.start();
      await untilSaid(run, "trying again");
      await sleep(5_000);
      must(rig.proxy.seen.filter(isStatusTrial).length > 1, "it is looked for again");
      await mustHaveCreatedNothing(rig);
      await rig.cluster.create(configMapsPath(rig), { metadata: { name: NAME } });
      return await finishWhenWatched(rig, run);
    },
  },
  ...(["Succeeded", "Failed"] as const).map((phase) =>
    lostInTheWait(50, "the status object is deleted", phase, { lose: deleteConfigMap, says: "not found" })
  ),
];

/** Gives the Workflow so many bytes of message and of outputs, and ends it. */
async function finishWithMuchToSay(rig: Rig, phase: "Succeeded" | "Failed"): Promise<Outcome> {
  const run = rig.start();
  await rig.watching();
  const outputs = { parameters: [{ name: "large", value: "y".repeat(700_000), globalName: "large" }] };
  await rig.patchObject({ status: { message: "x".repeat(600_000), outputs } });
  await rig.finish(phase);
  const verdictAt = performance.now();
  const ended = await run.ended;
  const status = await rig.status();
  must(status?.phase === phase, `the status says ${phase}\n${ended.stderr.slice(0, 2_000)}`);
  must(status.finishedSuccessfully === (phase === "Succeeded"), "the status tells the verdict");
  must(JSON.stringify(status).length <= 64 * 1024, "the status has at most 64 KiB");
  return { ended, verdictAt };
}

const unwritable: FaultRow[] = [
  lostAtTheStart(51, "the status object is immutable at the start: 20 at once", {
    exitCode: 20,
    lose: makeImmutable,
    seconds: 0,
    says: "immutable",
  }),
  lostAtTheStart(51, "the status may not be written at the start: 21 after 15 s", {
    exitCode: 21,
    lose: () => Promise.resolve(),
    rules: (work) => workRules(work),
    seconds: 14.5,
    says: 'cannot patch resource "configmaps"',
  }),
  ...(["Succeeded", "Failed"] as const).flatMap((phase) => [
    lostInTheWait(51, "the status object is made immutable", phase, {
      lose: makeImmutable,
      says: "immutable",
    }),
    lostInTheWait(51, "the right to write the status is taken away", phase, {
      lose: takeRightAway,
      says: 'cannot patch resource "configmaps"',
    }),
    {
      row: 51,
      name: `the work has 1.3 MB to say and is ${phase}: the status is cut to 64 KiB, the verdict stays`,
      exitCode: phase === "Succeeded" ? 0 : 10,
      objects: 1,
      works: [WORKFLOW],
      scenario: (rig: Rig) => finishWithMuchToSay(rig, phase),
    },
  ]),
  lostInTheWait(51, "others fill the status object up to 1 MiB", "Succeeded", {
    async lose(rig) {
      await rig.cluster.patch(configMapPath(rig), { data: { engine: "z".repeat(1024 * 1024 - 300) } });
    },
    says: "(422)",
  }),
];

export const rows: FaultRow[] = [...absent, ...unwritable];
