/**
 * No place for the work, or no right to look at it: nothing is created.
 *
 * @module
 */
import { withAccountElsewhere } from "../../lab/account_elsewhere.ts";
import type { FaultRow, Outcome } from "../../fault_row.ts";
import type { Rule } from "../../proxy/proxy.ts";
import { isCreate, isTrialCreate } from "../../proxy/requests.ts";
import { type Rig, sleep } from "../../lab/rig.ts";
import { rulesOf, STATUS_RULE, workRules } from "../../lab/rules.ts";
import {
  finishAndWait,
  must,
  mustHaveCreatedNothing,
  mustHaveSeen,
  mustSay,
  onFirst,
  secondsFrom,
  untilSaid,
} from "../../lab/steps.ts";
import { WORKFLOW } from "../../works/workflow.ts";

/** Has the namespace deleted, and held in its deletion, at the first request that `isIt` accepts. */
async function runInDyingNamespace(rig: Rig, isIt: typeof isCreate): Promise<Outcome> {
  const path = `/api/v1/namespaces/${rig.namespace}`;
  let diesAt = 0;
  await rig.cluster.patch(path, { metadata: { finalizers: ["action-runner.test/hold"] } });
  rig.proxy.rule = onFirst(1, ({ seen }) => isIt(seen), async (exchange) => {
    await (await rig.cluster.request("DELETE", path)).body?.cancel();
    diesAt = performance.now();
    await exchange.pass();
  });
  try {
    const ended = await rig.start().ended;
    must(diesAt > 0, "the namespace was deleted");
    must(ended.at - diesAt < 5_000, `it ends within 5 s (it took ${ended.at - diesAt} ms)`);
    mustHaveSeen(rig, 1, isIt, "the request that was refused");
    mustSay(ended, rig.namespace, "because it is being terminated");
    await mustHaveCreatedNothing(rig);
    return { ended, verdictAt: diesAt };
  } finally {
    await rig.cluster.patch(path, { metadata: { finalizers: null } });
  }
}

const namespaces: FaultRow[] = [
  {
    row: 15,
    name: "the namespace is being deleted before the create: 22 at once",
    exitCode: 22,
    objects: 0,
    scenario: (rig) => withAccountElsewhere(rig, () => runInDyingNamespace(rig, isTrialCreate)),
  },
  {
    row: 15,
    name: "the namespace is being deleted at the create: 22 at once",
    exitCode: 22,
    objects: 0,
    scenario: (rig) => withAccountElsewhere(rig, () => runInDyingNamespace(rig, isCreate)),
  },
  {
    row: 16,
    name: "there is no such namespace: one more try after 2 s, then 22",
    exitCode: 22,
    objects: 0,
    scenario: (rig) =>
      withAccountElsewhere(rig, async () => {
        const ended = await rig.start({
          RUNNER_CONTEXT_PLATFORM_NAMESPACE: `${rig.namespace}-not`,
          RUNNER_STATUS_REPORTER: "nop",
        }).ended;
        const seconds = secondsFrom(rig, ended, isTrialCreate);
        must(seconds > 1.9 && seconds < 6, `it is tried for 2 s (it took ${seconds} s)`);
        must(rig.proxy.seen.filter(isTrialCreate).length > 1, "it is tried again");
        mustHaveSeen(rig, 0, isCreate, "a create");
        mustSay(ended, `namespaces "${rig.namespace}-not" not found`);
        return { ended };
      }),
  },
  {
    row: 16,
    name: "there is no such namespace, so no status object in it: 22 names both",
    exitCode: 22,
    objects: 0,
    scenario: (rig) =>
      withAccountElsewhere(rig, async () => {
        const missing = `${rig.namespace}-not`;
        const ended = await rig.start({ RUNNER_CONTEXT_PLATFORM_NAMESPACE: missing }).ended;
        mustHaveSeen(rig, 0, isCreate, "a create");
        mustSay(ended, "ConfigMap", missing, "no such namespace");
        return { ended };
      }),
  },
];

/** Answers as a server without Argo's definitions, from the first request that `isIt` accepts, for `ms`. */
function withoutDefinition(ms: number, isIt: typeof isCreate = () => true): Rule {
  let end: number | undefined;
  return ({ seen, answer }) => {
    if (!seen.path.startsWith("/apis/argoproj.io/") || end === undefined && !isIt(seen)) return undefined;
    end ??= performance.now() + ms;
    return performance.now() < end
      ? answer(404, "404 page not found\n", { "content-type": "text/plain; charset=utf-8" })
      : undefined;
  };
}

/** Runs until the runner gives up that the kind will be known: after 10 s, with nothing created. */
export async function runToMissingDefinition(rig: Rig): Promise<Outcome> {
  const ended = await rig.start().ended;
  const seconds = secondsFrom(rig, ended);
  must(seconds > 9.5 && seconds < 20, `it tries for 10 s (it took ${seconds} s)`);
  mustSay(ended, "argoproj.io", "Workflow");
  await mustHaveCreatedNothing(rig);
  return { ended };
}

const definitions: FaultRow[] = [
  {
    row: 17,
    works: [WORKFLOW],
    name: "the kind's definition comes 5 s after the start: the run begins then",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      rig.proxy.rule = withoutDefinition(5_000);
      const outcome = await finishAndWait(rig, rig.start());
      mustSay(outcome.ended, "404 page not found", "trying again");
      return outcome;
    },
  },
  {
    row: 17,
    works: [WORKFLOW],
    name: "the kind's definition is away for 5 s at the create: it is sent again",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      rig.proxy.rule = withoutDefinition(5_000, isCreate);
      const outcome = await finishAndWait(rig, rig.start());
      must(rig.proxy.seen.filter(isCreate).length > 1, "it is sent again");
      return outcome;
    },
  },
  {
    row: 17,
    works: [WORKFLOW],
    name: "there is no definition of the kind: 22 after 10 s, with its group and kind",
    exitCode: 22,
    objects: 0,
    async scenario(rig) {
      rig.proxy.rule = withoutDefinition(Infinity);
      return await runToMissingDefinition(rig);
    },
  },
  {
    row: 48,
    name: "the Role has no `get`: 21 after 15 s, and nothing is created",
    exitCode: 21,
    objects: 0,
    rules: (work) => [...workRules(work, ["create", "list", "watch", "patch"]), STATUS_RULE],
    async scenario(rig) {
      const ended = await rig.start().ended;
      const seconds = secondsFrom(rig, ended);
      must(seconds > 14.5 && seconds < 25, `it waits 15 s for the right (it took ${seconds} s)`);
      mustHaveSeen(rig, 0, ({ method }) => method === "POST", "a POST");
      mustSay(ended, `cannot get resource "${rig.work.plural}"`);
      await mustHaveCreatedNothing(rig);
      return { ended };
    },
  },
  {
    row: 48,
    name: "the right to `get` comes 5 s after the start: the run begins then",
    exitCode: 0,
    objects: 1,
    rules: () => [STATUS_RULE],
    async scenario(rig) {
      const run = rig.start();
      await untilSaid(run, "trying again");
      await sleep(5_000);
      const roles = `/apis/rbac.authorization.k8s.io/v1/namespaces/${rig.namespace}/roles/work`;
      await rig.cluster.patch(roles, { rules: rulesOf(rig.work) });
      const outcome = await finishAndWait(rig, run);
      mustSay(outcome.ended, `cannot get resource "${rig.work.plural}"`, "trying again");
      return outcome;
    },
  },
];

export const rows: FaultRow[] = [...namespaces, ...definitions];
