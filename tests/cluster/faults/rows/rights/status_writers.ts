/**
 * Other writers of the status object: both the run's key and their keys stay.
 *
 * @module
 */
import type { JsonObject } from "../../../../../src/mod.ts";
import type { FaultRow } from "../../fault_row.ts";
import { must, mustHaveSeen } from "../../lab/checks.ts";
import { withRule } from "../../lab/proxy_trouble.ts";
import { workRules } from "../../lab/rbac_rules.ts";
import type { Rig } from "../../lab/rig.ts";
import { configMapPath, mustReportOnStdoutOnly } from "../../lab/status_object.ts";
import { finishWhenWatched } from "../../lab/watched_run.ts";
import type { Rule, Seen } from "../../proxy/proxy.ts";
import { failure } from "../../proxy/proxy_rules.ts";
import { isStatusWrite } from "../../proxy/requests.ts";
import { NAME, type Work } from "../../works/work.ts";

const CONFLICT = failure(
  409,
  "Conflict",
  'Operation cannot be fulfilled on configmaps "work": the object has been modified',
  { name: NAME, kind: "configmaps" },
);

const conflictRules = (work: Work): JsonObject[] => [
  ...workRules(work),
  { apiGroups: [""], resources: ["configmaps"], verbs: ["get", "update"] },
];
const isPut = (seen: Seen) => seen.method === "PUT" && isStatusWrite(seen);

/** Writes the status object as another client just before each of the first `times` writes that `isIt` accepts. */
function writeBefore(rig: Rig, times: number, isIt: (seen: Seen) => boolean): Rule {
  let writes = 0;
  return ({ seen, pass }) => {
    if (!isIt(seen) || writes >= times) return undefined;
    return rig.cluster.patch(configMapPath(rig), { data: { engine: `write ${++writes}` } }).then(() =>
      pass()
    );
  };
}

async function mustHaveKeptTheOthersKey(rig: Rig): Promise<void> {
  const { data } = await rig.cluster.find(configMapPath(rig)) as { data: JsonObject };
  must(String(data.engine).startsWith("write "), "the other writer's key is there");
}

const conflicts: FaultRow[] = [
  {
    row: 49,
    name: "somebody else writes the status object before each write: both keys are kept",
    exitCode: 0,
    objects: 1,
    at: "start",
    trouble: withRule((rig) => writeBefore(rig, Infinity, isStatusWrite)),
    expect: { also: mustHaveKeptTheOthersKey },
  },
  {
    row: 49,
    name: "three writes of the status are answered with 409: they are sent again",
    exitCode: 0,
    objects: 1,
    at: "start",
    trouble(rig) {
      let conflicts = 0;
      rig.proxy.rule = ({ answer, seen }) =>
        isStatusWrite(seen) && ++conflicts <= 3 ? answer(409, CONFLICT) : undefined;
      return () => must(conflicts > 3, "three writes met a conflict");
    },
  },
  {
    row: 49,
    name: "PUT meets another writer three times: it reads and writes again, both keys are kept",
    exitCode: 0,
    objects: 1,
    rules: conflictRules,
    at: "start",
    trouble: withRule((rig) => writeBefore(rig, 3, isPut)),
    expect: {
      async also(rig) {
        mustHaveSeen(rig, 3, (seen) => isPut(seen) && seen.status === 409, "a real 409");
        await mustHaveKeptTheOthersKey(rig);
      },
    },
  },
  {
    row: 49,
    name: "PUT meets another writer every time: five tries, and a success ends with 35",
    exitCode: 35,
    objects: 1,
    rules: conflictRules,
    async scenario(rig) {
      const run = rig.start();
      await rig.watching();
      const before = rig.proxy.seen.filter(isPut).length;
      rig.proxy.rule = writeBefore(rig, Infinity, isPut);
      await rig.finish();
      const verdictAt = performance.now();
      const ended = await run.ended;
      mustHaveSeen(rig, before + 5, isPut, "a PUT");
      await mustReportOnStdoutOnly(rig, ended, "Succeeded");
      return { ended, verdictAt };
    },
  },
];

const otherManager: FaultRow[] = [
  {
    row: 52,
    name: "another manager has applied the key of the status: the run takes it over",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const configMap = {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: NAME },
        data: { status: "{}" },
      };
      const path = `${configMapPath(rig)}?fieldManager=engine&force=true`;
      const apply = async () => {
        const answer = await rig.cluster.request("PATCH", path, configMap, "application/apply-patch+yaml");
        must(answer.ok, `the other manager owns the key: ${await answer.text()}`);
      };
      await apply();
      const run = rig.start();
      await rig.watching();
      await apply();
      return await finishWhenWatched(rig, run);
    },
  },
];

export const rows: FaultRow[] = [...conflicts, ...otherManager];
