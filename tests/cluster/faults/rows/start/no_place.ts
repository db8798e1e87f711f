/**
 * No place for the work, or no right to look at it: nothing is created.
 *
 * @module
 */
import type { Ended } from "../../../../lab/compiled_program.ts";
import type { FaultRow, Outcome } from "../../fault_row.ts";
import { moveAccount } from "../../lab/account_elsewhere.ts";
import { must, mustHaveCreatedNothing, mustHaveSeen, mustSay, secondsFrom } from "../../lab/checks.ts";
import { withRule } from "../../lab/proxy_trouble.ts";
import { rulesOf, STATUS_RULE, workRules } from "../../lab/rbac_rules.ts";
import type { Rig } from "../../lab/rig.ts";
import { sleep, untilSaid } from "../../lab/waiting.ts";
import { finishWhenWatched } from "../../lab/watched_run.ts";
import type { Rule } from "../../proxy/proxy.ts";
import { onFirst } from "../../proxy/proxy_rules.ts";
import { isCreate, isTrialCreate } from "../../proxy/requests.ts";
import { WORKFLOW } from "../../works/workflow.ts";

/** A row whose namespace is deleted, and held in its deletion, at the first request that `isIt` accepts. */
function dyingNamespace(when: string, isIt: typeof isCreate): FaultRow {
  return {
    row: 15,
    name: `the namespace is being deleted ${when}: 22 at once`,
    exitCode: 22,
    objects: 0,
    async scenario(rig) {
      await moveAccount(rig);
      const path = `/api/v1/namespaces/${rig.namespace}`;
      let diesAt = 0;
      await rig.cluster.patch(path, { metadata: { finalizers: ["action-runner.test/hold"] } });
      rig.defer(() => rig.cluster.patch(path, { metadata: { finalizers: null } }));
      rig.proxy.rule = onFirst(1, ({ seen }) => isIt(seen), async (exchange) => {
        await (await rig.cluster.request("DELETE", path)).body?.cancel();
        diesAt = performance.now();
        await exchange.pass();
      });
      const ended = await rig.start().ended;
      must(diesAt > 0, "the namespace was deleted");
      must(ended.at - diesAt < 5_000, `it ends within 5 s (it took ${ended.at - diesAt} ms)`);
      mustHaveSeen(rig, 1, isIt, "the request that was refused");
      mustSay(ended, rig.namespace, "because it is being terminated");
      await mustHaveCreatedNothing(rig);
      return { ended, verdictAt: diesAt };
    },
  };
}

const missingName = ({ namespace }: Rig) => `${namespace}-not`;

/** Starts the run for a namespace that is not there. */
async function runWithoutNamespace(rig: Rig, env: Record<string, string> = {}): Promise<Ended> {
  await moveAccount(rig);
  const ended = await rig.start({ RUNNER_CONTEXT_PLATFORM_NAMESPACE: missingName(rig), ...env }).ended;
  mustHaveSeen(rig, 0, isCreate, "a create");
  return ended;
}

const namespaces: FaultRow[] = [
  dyingNamespace("before the create", isTrialCreate),
  dyingNamespace("at the create", isCreate),
  {
    row: 16,
    name: "there is no such namespace: one more try after 2 s, then 22",
    exitCode: 22,
    objects: 0,
    async scenario(rig) {
      const ended = await runWithoutNamespace(rig, { RUNNER_STATUS_REPORTER: "nop" });
      const seconds = secondsFrom(rig, ended, isTrialCreate);
      must(seconds > 1.9 && seconds < 6, `it is tried for 2 s (it took ${seconds} s)`);
      must(rig.proxy.seen.filter(isTrialCreate).length > 1, "it is tried again");
      mustSay(ended, `namespaces "${missingName(rig)}" not found`);
      return { ended };
    },
  },
  {
    row: 16,
    name: "there is no such namespace, so no status object in it: 22 names both",
    exitCode: 22,
    objects: 0,
    async scenario(rig) {
      const ended = await runWithoutNamespace(rig);
      mustSay(ended, "ConfigMap", missingName(rig), "no such namespace");
      return { ended };
    },
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

/** The runner has tried for 10 s, and created nothing. */
export async function mustGiveUpTheKind(rig: Rig, { ended }: Outcome): Promise<void> {
  const seconds = secondsFrom(rig, ended);
  must(seconds > 9.5 && seconds < 20, `it tries for 10 s (it took ${seconds} s)`);
  mustSay(ended, "argoproj.io", "Workflow");
  await mustHaveCreatedNothing(rig);
}

const definitions: FaultRow[] = [
  {
    row: 17,
    works: [WORKFLOW],
    name: "the kind's definition comes 5 s after the start: the run begins then",
    exitCode: 0,
    objects: 1,
    at: "start",
    trouble: withRule(() => withoutDefinition(5_000)),
    expect: { says: ["404 page not found", "trying again"] },
  },
  {
    row: 17,
    works: [WORKFLOW],
    name: "the kind's definition is away for 5 s at the create: it is sent again",
    exitCode: 0,
    objects: 1,
    at: "start",
    trouble: withRule(() => withoutDefinition(5_000, isCreate)),
    expect: { also: ({ proxy }) => must(proxy.seen.filter(isCreate).length > 1, "it is sent again") },
  },
  {
    row: 17,
    works: [WORKFLOW],
    name: "there is no definition of the kind: 22 after 10 s, with its group and kind",
    exitCode: 22,
    objects: 0,
    at: "start",
    trouble: withRule(() => withoutDefinition(Infinity)),
    act: "nothing",
    expect: { also: mustGiveUpTheKind },
  },
  {
    row: 48,
    name: "the Role has no `get`: 21 after 15 s, and nothing is created",
    exitCode: 21,
    objects: 0,
    rules: (work) => [...workRules(work, ["create", "list", "watch", "patch"]), STATUS_RULE],
    at: "start",
    act: "nothing",
    expect: {
      says: ({ work }) => [`cannot get resource "${work.plural}"`],
      async also(rig, { ended }) {
        const seconds = secondsFrom(rig, ended);
        must(seconds > 14.5 && seconds < 25, `it waits 15 s for the right (it took ${seconds} s)`);
        mustHaveSeen(rig, 0, ({ method }) => method === "POST", "a POST");
        await mustHaveCreatedNothing(rig);
      },
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
      const outcome = await finishWhenWatched(rig, run);
      mustSay(outcome.ended, `cannot get resource "${rig.work.plural}"`, "trying again");
      return outcome;
    },
  },
];

export const rows: FaultRow[] = [...namespaces, ...definitions];
