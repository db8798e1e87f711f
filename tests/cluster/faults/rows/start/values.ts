/**
 * Faults of the second object that helm's runner creates: the Secret with the values, without which helm never begins.
 *
 * @module
 */
import { assertObjectMatch } from "@std/assert";
import type { JsonObject } from "../../../../../src/mod.ts";
import type { Ended } from "../../../../lab/compiled_program.ts";
import type { Expectation, FaultRow } from "../../fault_row.ts";
import {
  must,
  mustHaveSeen,
  mustReportInBothPlaces,
  mustReportTheObject,
  mustSay,
  textForPeople,
} from "../../lab/checks.ts";
import { metadataOf, uidOf } from "../../lab/metadata.ts";
import { withRule } from "../../lab/proxy_trouble.ts";
import type { Rig } from "../../lab/rig.ts";
import { terminatedRow } from "../../lab/terminated_row.ts";
import { until } from "../../lab/waiting.ts";
import type { Exchange, Seen } from "../../proxy/proxy.ts";
import { failure, forwardAndCut, holdFirst, holdFirstThenMute, onFirst } from "../../proxy/proxy_rules.ts";
import { RELEASE } from "../../works/release.ts";

const secretsPath = ({ namespace }: Rig) => `/api/v1/namespaces/${namespace}/secrets`;
const valuesPath = (rig: Rig) => `${secretsPath(rig)}/${rig.work.objectName}`;

function isCreateOfValues({ method, path }: Seen): boolean {
  return method === "POST" && path.includes("/secrets?") && !path.includes("dryRun");
}

function onValues(times: number, fault: (exchange: Exchange) => Promise<void>) {
  return onFirst(times, ({ seen }) => isCreateOfValues(seen), fault);
}

const DENIED = failure(403, "", 'admission webhook "x.test" denied the request: no secrets here');

/** Helm's Job has its values. */
async function mustHaveValues(rig: Rig): Promise<void> {
  const { data, metadata } = await rig.cluster.find(valuesPath(rig)) as Record<string, JsonObject>;
  const [owner] = metadata!.ownerReferences as JsonObject[];
  must(owner!.uid === uidOf(await rig.object()), "the Secret belongs to the Job");
  must(data!["values.yaml"], "the Secret holds the values");
}

/** A row whose values meet `fault` `times` times, and are sent `posts` times in all. */
function valuesRow(row: number, name: string, options: {
  times?: number;
  posts: number;
  fault: (exchange: Exchange) => Promise<void>;
}): FaultRow {
  return {
    row,
    name,
    exitCode: 0,
    objects: 1,
    works: [RELEASE],
    at: "start",
    trouble: withRule(() => onValues(options.times ?? 1, options.fault)),
    async act(rig) {
      await mustHaveValues(rig);
      await rig.finish();
    },
    expect: {
      async also(rig, { ended }) {
        mustHaveSeen(rig, options.posts, isCreateOfValues, "a create of the values");
        await mustReportTheObject(rig, ended);
      },
    },
  };
}

/** The values are refused: helm can never begin, so its Job is removed. */
function refused(...says: string[]): Expectation {
  return {
    says: [...says, "left in the cluster: not created"],
    async also(rig) {
      mustHaveSeen(rig, 1, isCreateOfValues, "a create of the values");
      // The garbage collector completes the deletion.
      await until("the Job is removed", async () => await rig.object() === undefined);
    },
  };
}

/** A row whose create of the values is held when SIGTERM comes: the Job is left running, and named. */
function terminatedAtValues(name: string, options: {
  hold: typeof holdFirst;
  env?: Record<string, string>;
  also?: (rig: Rig, ended: Ended) => Promise<void>;
}): FaultRow {
  const { hold, env = {}, also } = options;
  return terminatedRow({
    name,
    objects: 1,
    works: [RELEASE],
    hold: () => hold(({ seen }) => isCreateOfValues(seen)),
    env,
    async check(rig, ended) {
      await mustNameTheJob(rig, ended);
      await also?.(rig, ended);
    },
  });
}

/** The text for people has all that they need to care for the Job themselves. */
async function mustNameTheJob(rig: Rig, ended: Ended): Promise<void> {
  const { name, uid } = metadataOf(await rig.object());
  const { object, reason } = ended.report as Record<string, JsonObject>;
  assertObjectMatch({ reason, object }, {
    reason: "Terminated",
    object: { name, uid, left: "left running" },
  });
  const text = textForPeople(ended, rig.work.program);
  for (const words of [`job ${name} -o yaml`, `patch job ${name}`]) {
    must(text.includes(words), `the text for people says ${words}: ${text}`);
  }
}

export const rows: FaultRow[] = [
  valuesRow(5, "the reply to the create of the values is lost: they are found", {
    posts: 1,
    fault: forwardAndCut,
  }),
  valuesRow(6, "the create of the values never arrives, twice: it is sent again", {
    times: 2,
    posts: 3,
    fault: (exchange) => Promise.resolve(exchange.cut()),
  }),
  {
    row: 9,
    name:
      "somebody else takes the values' name just before the create: 23, that is left alone, the Job removed",
    exitCode: 23,
    objects: 1,
    works: [RELEASE],
    at: "start",
    trouble(rig) {
      let foreign: JsonObject | undefined;
      rig.proxy.rule = onValues(1, async (exchange) => {
        foreign = await rig.cluster.create(secretsPath(rig), { metadata: { name: rig.work.objectName } });
        await exchange.pass();
      });
      return async () => {
        const left = await rig.cluster.find(valuesPath(rig));
        const versions = [left, foreign].map((each) => metadataOf(each).resourceVersion);
        must(left && versions[0] === versions[1], "the other Secret is as it was");
      };
    },
    act: "nothing",
    expect: refused("it was not created by an action runner"),
  },
  {
    row: 23,
    name: "a webhook denies the values, not their trial: 20, and the Job is removed",
    exitCode: 20,
    objects: 1,
    works: [RELEASE],
    at: "start",
    trouble: withRule(() => onValues(1, ({ answer }) => answer(403, DENIED))),
    act: "nothing",
    expect: refused("no secrets here"),
  },
  terminatedAtValues(
    "SIGTERM during a create of the values that never arrives: the Job is left running and reported",
    { hold: holdFirst, also: mustReportInBothPlaces },
  ),
  terminatedAtValues(
    "SIGTERM during the create of the values, when nothing is answered any more: the Job is named",
    { hold: holdFirstThenMute },
  ),
  terminatedAtValues(
    "SIGTERM during the create of the values, where work is to be stopped: the Job is told to end",
    {
      hold: holdFirst,
      env: { RUNNER_ON_TERMINATE: "stop" },
      async also(rig, ended) {
        const { annotations = {} } = metadataOf(await rig.object());
        must("runner.capact.io/stopped-by" in (annotations as object), "the Job was told to end");
        mustSay(ended, "the work was told to end");
      },
    },
  ),
];
