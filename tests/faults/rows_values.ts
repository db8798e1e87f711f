/**
 * Faults of the second object that helm's runner creates: the Secret with the values, without which helm never begins.
 *
 * @module
 */
import type { JsonObject } from "../../src/mod.ts";
import type { FaultRow, Outcome } from "./fault_row.ts";
import type { Exchange, Seen } from "./proxy.ts";
import { RELEASE } from "./release.ts";
import type { Rig } from "./rig.ts";
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
} from "./steps.ts";

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
];
