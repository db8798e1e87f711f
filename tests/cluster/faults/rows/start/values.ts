/**
 * Faults of the second object that helm's runner creates: the Secret with the values, without which helm never begins.
 *
 * @module
 */
import { assertObjectMatch } from "@std/assert";
import type { JsonObject } from "../../../../../src/mod.ts";
import type { FaultRow, Outcome } from "../../fault_row.ts";
import {
  assertReported,
  endOf,
  type Hold,
  holdFirst,
  holdFirstThenMute,
  textForPeople,
  within,
} from "../../lab/interruptions.ts";
import type { Exchange, Seen } from "../../proxy/proxy.ts";
import { RELEASE } from "../../works/release.ts";
import type { Rig } from "../../lab/rig.ts";
import {
  failure,
  finishAndWait,
  forwardAndForget,
  metadataOf,
  must,
  mustHaveCreatedNothing,
  mustHaveSeen,
  mustSay,
  onFirst,
  uidOf,
} from "../../lab/steps.ts";

const secretsPath = ({ namespace }: Rig) => `/api/v1/namespaces/${namespace}/secrets`;
const valuesPath = (rig: Rig) => `${secretsPath(rig)}/${rig.work.objectName}`;

function isCreateOfValues({ method, path }: Seen): boolean {
  return method === "POST" && path.includes("/secrets?") && !path.includes("dryRun");
}

function onValues(times: number, fault: (exchange: Exchange) => Promise<void>) {
  return onFirst(times, ({ seen }) => isCreateOfValues(seen), fault);
}

/** Fails the row unless helm's Job has its values. */
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
    async scenario(rig) {
      rig.proxy.rule = onValues(options.times ?? 1, options.fault);
      const run = rig.start();
      await rig.watching();
      await mustHaveValues(rig);
      const outcome = await finishAndWait(rig, run);
      mustHaveSeen(rig, options.posts, isCreateOfValues, "a create of the values");
      return outcome;
    },
  };
}

/** Ends a run whose values are refused: helm can never begin, so its Job is removed. */
async function runToRefusal(rig: Rig, ...says: string[]): Promise<Outcome> {
  const ended = await rig.start().ended;
  mustHaveSeen(rig, 1, isCreateOfValues, "a create of the values");
  mustSay(ended, ...says, "left in the cluster: not created");
  await mustHaveCreatedNothing(rig);
  return { ended };
}

/** Ends a run whose create of the values `hold` holds: the Job is left running, and named with all that people need. */
async function terminateAtValues(
  rig: Rig,
  { hold, env = {} }: { hold: Hold; env?: Record<string, string> },
): Promise<Outcome> {
  rig.proxy.rule = hold.rule;
  const run = rig.start(env);
  await within(60_000, "the create of the values is held", hold.held);
  const verdictAt = performance.now();
  run.kill("SIGTERM");
  const ended = await endOf(run);
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
  return { ended, verdictAt };
}

export const rows: FaultRow[] = [
  valuesRow(5, "the reply to the create of the values is lost: they are found", {
    posts: 1,
    async fault(exchange) {
      await forwardAndForget(exchange);
      exchange.cut();
    },
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
    async scenario(rig) {
      let foreign: JsonObject | undefined;
      rig.proxy.rule = onValues(1, async (exchange) => {
        foreign = await rig.cluster.create(secretsPath(rig), { metadata: { name: rig.work.objectName } });
        await exchange.pass();
      });
      const outcome = await runToRefusal(rig, "it was not created by an action runner");
      const left = await rig.cluster.find(valuesPath(rig));
      must(
        left && metadataOf(left).resourceVersion === metadataOf(foreign).resourceVersion,
        "it is as it was",
      );
      return outcome;
    },
  },
  {
    row: 23,
    name: "a webhook denies the values, not their trial: 20, and the Job is removed",
    exitCode: 20,
    objects: 1,
    works: [RELEASE],
    scenario(rig) {
      const denial = failure(403, "", 'admission webhook "x.test" denied the request: no secrets here');
      rig.proxy.rule = onValues(1, (exchange) => exchange.answer(403, denial));
      return runToRefusal(rig, "no secrets here");
    },
  },
  {
    row: 56,
    name: "SIGTERM during a create of the values that never arrives: the Job is left running and reported",
    exitCode: 143,
    objects: 1,
    works: [RELEASE],
    async scenario(rig) {
      const hold = holdFirst(({ seen }) => isCreateOfValues(seen));
      const outcome = await terminateAtValues(rig, { hold });
      await assertReported(rig, outcome.ended);
      return outcome;
    },
  },
  {
    row: 56,
    name: "SIGTERM during the create of the values, when nothing is answered any more: the Job is named",
    exitCode: 143,
    objects: 1,
    works: [RELEASE],
    async scenario(rig) {
      const hold = holdFirstThenMute(({ seen }) => isCreateOfValues(seen));
      return await terminateAtValues(rig, { hold });
    },
  },
  {
    row: 56,
    name: "SIGTERM during the create of the values, where work is to be stopped: the Job is told to end",
    exitCode: 143,
    objects: 1,
    works: [RELEASE],
    async scenario(rig) {
      const hold = holdFirst(({ seen }) => isCreateOfValues(seen));
      const outcome = await terminateAtValues(rig, { hold, env: { RUNNER_ON_TERMINATE: "stop" } });
      const { annotations = {} } = metadataOf(await rig.object());
      must("runner.capact.io/stopped-by" in (annotations as object), "the Job was told to end");
      mustSay(outcome.ended, "the work was told to end");
      return outcome;
    },
  },
];
