/**
 * Quotas and limits on requests: what makes room is waited for, and the create is never repeated blindly.
 *
 * @module
 */
import type { JsonObject } from "../../../../../src/mod.ts";
import type { FaultRow } from "../../fault_row.ts";
import { must, mustHaveCreatedNothing, mustHaveSeen, mustSay } from "../../lab/checks.ts";
import { uidInReport, uidOf } from "../../lab/metadata.ts";
import { createAsOther } from "../../lab/other_start.ts";
import { withRule } from "../../lab/proxy_trouble.ts";
import type { Rig } from "../../lab/rig.ts";
import { sleep, untilSaid } from "../../lab/waiting.ts";
import { finishWhenWatched, killedInTheWait } from "../../lab/watched_run.ts";
import type { Seen } from "../../proxy/proxy.ts";
import { failure, forwardAndCut, onCreate, onFirst } from "../../proxy/proxy_rules.ts";
import { isCreate, isGet, isList, isTrialCreate, isWatch } from "../../proxy/requests.ts";
import { groupOf, NAME } from "../../works/work.ts";

const quotaPath = ({ namespace }: Rig) => `/api/v1/namespaces/${namespace}/resourcequotas`;
const counted = ({ work }: Rig) => `count/${work.plural}.${groupOf(work)}`;
const hard = (rig: Rig, count: number): JsonObject => ({ hard: { [counted(rig)]: String(count) } });

/** Limits the namespace to so many objects, and waits until the API server keeps to it. */
async function makeQuota(rig: Rig, count: number): Promise<void> {
  const spec = hard(rig, count);
  const quota = await rig.cluster.create(quotaPath(rig), { metadata: { name: NAME }, spec });
  // A quota counts from the moment that its status says so.
  const used = { [counted(rig)]: await rig.object() ? "1" : "0" };
  const path = `${quotaPath(rig)}/${NAME}/status`;
  const status = { ...spec, used };
  const answer = await rig.cluster.request("PUT", path, { ...quota, status });
  // The controller may have been faster.
  must(answer.ok || answer.status === 409, `the quota counts: ${await answer.text()}`);
}

async function setQuota(rig: Rig, count: number): Promise<void> {
  await rig.cluster.patch(`${quotaPath(rig)}/${NAME}`, { spec: hard(rig, count) });
  const status = { ...hard(rig, count), used: { [counted(rig)]: "0" } };
  await rig.cluster.patch(`${quotaPath(rig)}/${NAME}/status`, { status });
}

const realQuotas: FaultRow[] = [
  {
    row: 19,
    name: "a full quota gets room after 10 s: the work is created then",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      await makeQuota(rig, 0);
      const run = rig.start();
      await untilSaid(run, "exceeded quota");
      await sleep(8_000);
      await mustHaveCreatedNothing(rig);
      await setQuota(rig, 1);
      const outcome = await finishWhenWatched(rig, run);
      mustSay(outcome.ended, "exceeded quota", "trying again");
      return outcome;
    },
  },
  {
    row: 19,
    name: "the run's own object fills the quota: the next start adopts it without a create",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      await makeQuota(rig, 1);
      const uid = uidOf(await killedInTheWait(rig));
      const outcome = await finishWhenWatched(rig, rig.start());
      must(uidInReport(outcome.ended.report) === uid, "the uid is still the same");
      mustHaveSeen(rig, 1, isCreate, "a create");
      return outcome;
    },
  },
  {
    row: 19,
    name: "the lost create fills the quota: it is found and adopted",
    exitCode: 0,
    objects: 1,
    at: "start",
    async trouble(rig) {
      await makeQuota(rig, 1);
      rig.proxy.rule = onCreate(1, forwardAndCut);
    },
    expect: { creates: 1 },
  },
  ...([["the trial", isTrialCreate], ["the create", isCreate]] as const).map(([what, isIt]): FaultRow => ({
    row: 19,
    name:
      `another start's create fills the quota just before ${what}: 403 for an object that is there is no refusal`,
    exitCode: 0,
    objects: 0,
    at: "start",
    async trouble(rig) {
      await makeQuota(rig, 1);
      let uid: unknown;
      rig.proxy.rule = onFirst(1, ({ seen }) => isIt(seen), async (exchange) => {
        uid = await createAsOther(rig, exchange);
        must(exchange.seen.status === 403, "the API server says that the quota is exceeded");
      });
      return ({ ended }) => must(uidInReport(ended.report) === uid, "that object's uid is reported");
    },
  })),
];

/** As in https://github.com/helm/helm/pull/9710 */
const QUOTA_CONFLICT = failure(
  409,
  "Conflict",
  'Operation cannot be fulfilled on resourcequotas "work": the object has been modified; please apply your changes to the latest version and try again',
  { name: "work", kind: "resourcequotas" },
);

const QUOTA_EXISTS = failure(409, "AlreadyExists", 'resourcequotas "work" already exists', {
  name: "work",
  kind: "resourcequotas",
});

const conflicts: FaultRow[] = [
  {
    row: 20,
    name: "three creates meet others at the quota: it is sent again",
    exitCode: 0,
    objects: 1,
    at: "start",
    trouble: withRule(() => onCreate(3, ({ answer }) => answer(409, QUOTA_CONFLICT))),
    expect: { creates: 4, says: ["resourcequotas"] },
  },
  {
    row: 20,
    name: "a quota's AlreadyExists is not the object's: it is sent again",
    exitCode: 0,
    objects: 1,
    at: "start",
    trouble: withRule(() => onCreate(1, ({ answer }) => answer(409, QUOTA_EXISTS))),
    expect: { creates: 2 },
  },
  {
    row: 20,
    name: "every create meets others at the quota: 24 after 10 s",
    exitCode: 24,
    objects: 0,
    at: "start",
    trouble: withRule(() => onCreate(Infinity, ({ answer }) => answer(409, QUOTA_CONFLICT))),
    act: "nothing",
    expect: {
      says: ["resourcequotas", "left in the cluster: not created"],
      async also(rig) {
        must(rig.proxy.seen.filter(isCreate).length > 3, "it is sent again and again");
        await mustHaveCreatedNothing(rig);
      },
    },
  },
];

const RETRY_AFTER_SECONDS = 4;

/** A row whose requests of one kind meet 429 twice, and are not sent again before the server's time is over. */
function throttledRow(what: string, isIt: (seen: Seen) => boolean): FaultRow {
  return {
    row: 26,
    name: `${what} is answered with 429, twice: it is sent again, not before the server's time is over`,
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const times: number[] = [];
      rig.proxy.rule = onFirst(3, ({ seen }) => isIt(seen), async (exchange) => {
        times.push(exchange.seen.at);
        if (times.length > 2) return await exchange.pass();
        const headers = { "retry-after": String(RETRY_AFTER_SECONDS), "content-type": "text/plain" };
        await exchange.answer(429, "Too many requests, please try again later.\n", headers);
      });
      const run = rig.start();
      await rig.request((seen) => isIt(seen) && times.length > 2);
      mustHaveKept(times);
      return await finishWhenWatched(rig, run);
    },
  };
}

function mustHaveKept([first, second, third]: number[]): void {
  for (const pause of [second! - first!, third! - second!]) {
    must(pause >= RETRY_AFTER_SECONDS * 1_000 && pause < 6_500, `a pause of 4 to 5 s (it was ${pause} ms)`);
  }
}

const throttled: FaultRow[] = [
  throttledRow("the first look", (seen) => isGet(seen) || isList(seen)),
  throttledRow("the trial of the create", isTrialCreate),
  throttledRow("the create", isCreate),
  throttledRow("the watch", isWatch),
];

export const rows: FaultRow[] = [...realQuotas, ...conflicts, ...throttled];
