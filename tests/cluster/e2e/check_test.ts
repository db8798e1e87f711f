import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "@std/yaml";
import { clusterTest, createAccount, eventually, type Space } from "../lab/cluster.ts";
import { type AnyObject, create, find, remove } from "../lab/objects.ts";
import { tokenFor, writeKubeconfig } from "../lab/kubeconfigs.ts";
import { type Ended, run } from "../../lab/compiled_program.ts";
import { reportOf, runnerEnv } from "../lab/runner_env.ts";
import {
  assertNothingCreated,
  aWorkflow,
  createStatusObject,
  pauseSpec,
  readStatus,
  workflowRef,
} from "../lab/workflows.ts";

/** The account of runner and work. */
const ACCOUNT = "hello";
/** How long the API server may take to see a changed Role, milliseconds. */
const ROLE_MS = 30_000;

interface Item {
  item: string;
  state: string;
  message: string;
}

/** The environment of a run whose work and whose runner have one account. */
async function envOf(
  space: Space,
  account = ACCOUNT,
  manifest: AnyObject = pauseSpec(1),
): Promise<Record<string, string>> {
  return await runnerEnv(space, manifest, {
    KUBECONFIG: await writeKubeconfig(space, { token: await tokenFor(space, account) }),
    RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME: account,
  });
}

/** What `rbac` prints, as objects. */
async function printedRbac(env: Record<string, string>): Promise<[role: AnyObject, binding: AnyObject]> {
  const { code, stdout, stderr } = await run(env, { args: ["rbac"] });
  assertEquals([code, stderr], [0, ""]);
  const [role, binding] = stdout.split(/^---\n/m).map((text) => parse(text, { schema: "core" }) as AnyObject);
  return [role!, binding!];
}

async function check(
  env: Record<string, string>,
): Promise<{ exitCode: number; items: Item[]; ended: Ended }> {
  const ended = await run(env, { args: ["check", "--format", "json"] });
  const { exitCode, items } = JSON.parse(ended.stdout);
  assertEquals(exitCode, ended.code);
  return { exitCode, items, ended };
}

/** The item about a rule, which names its verbs and its resource. */
function itemOf(items: Item[], { apiGroups: [group], resources, verbs }: AnyObject): Item | undefined {
  const what = `${verbs.join(", ")} ${resources[0]}${group === "" ? "" : `.${group}`}`;
  return items.find(({ item, message }) =>
    item === "access" && new RegExp(`^((the work )?may not )?${what}\\b`).test(message)
  );
}

clusterTest(
  "a run passes with exactly what rbac prints; without any one rule check names it",
  async (space) => {
    await createStatusObject(space);
    await createAccount(space, "bare", []);
    await create({
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: ACCOUNT, namespace: space.namespace },
    });
    const env = await envOf(space);
    const [role, binding] = await printedRbac(env);
    await create(role);
    await create(binding);

    const good = await eventually("the Role counts", ROLE_MS, async () => {
      const checked = await check(env);
      return checked.exitCode === 0 ? checked : undefined;
    });
    assertEquals(good.items.filter(({ state }) => state !== "ok"), []);
    const ended = await run(env);
    assertEquals(ended.code, 0, ended.stderr);
    assertEquals(await readStatus(space), reportOf(ended));
    // Existing work would need fewer rights.
    await remove(workflowRef(space));
    await eventually(
      "the Workflow is gone",
      ROLE_MS,
      async () => await find(workflowRef(space)) ? undefined : true,
    );

    // Rights that the cluster gives to every account stay without the Role.
    const { items: bare } = await check(await envOf(space, "bare"));
    let named = 0;
    for (const rule of role.rules) {
      if (itemOf(bare, rule)?.state === "ok") continue;
      await remove(role);
      await create({ ...role, rules: role.rules.filter((other: AnyObject) => other !== rule) });
      const expected = itemOf(good.items, rule)?.message;
      assert(expected);
      const checked = await eventually(`check names ${JSON.stringify(rule)}`, ROLE_MS, async () => {
        const checked = await check(env);
        const access = checked.items.filter(({ item, state }) => item === "access" && state !== "ok");
        return access.length === 1 && itemOf(access, rule) ? { ...checked, access } : undefined;
      });
      const isOptional = checked.access[0]!.state === "warning";
      assertEquals(checked.exitCode, isOptional ? 0 : 21, checked.ended.stdout);
      named++;
    }
    // The cluster may give every account at most the rights of Argo's executor.
    assert(named >= role.rules.length - 1, `${named} of ${role.rules.length}`);
  },
);

/** A problem, and the exit code of both check and run. */
const situations: {
  what: string;
  set: (space: Space) => Promise<unknown>;
  more?: object;
  manifest?: AnyObject;
  code: number;
  says: string;
}[] = [
  {
    what: "no status object",
    set: () => Promise.resolve(),
    code: 22,
    says: "status object  There is no ConfigMap",
  },
  {
    what: "a name that is taken",
    set: async (space) => {
      await createStatusObject(space);
      await create(aWorkflow(space, pauseSpec()));
    },
    code: 23,
    says: "name           Cannot create Workflow",
  },
  {
    what: "a manifest that is none",
    set: createStatusObject,
    manifest: { entrypoint: "main" },
    code: 2,
    says: "manifest       the manifest has no templates",
  },
  {
    what: "settings that are wrong",
    set: createStatusObject,
    more: { RUNNER_TIMEOUT: "10" },
    code: 2,
    says: "settings       RUNNER_TIMEOUT",
  },
  {
    what: "no such namespace",
    set: () => Promise.resolve(),
    more: { RUNNER_CONTEXT_PLATFORM_NAMESPACE: "e2e-nowhere" },
    code: 22,
    says: "namespace      there is no",
  },
  {
    what: "no API server",
    set: () => Promise.resolve(),
    more: { KUBECONFIG: "/no/such/kubeconfig" },
    code: 2,
    says: 'API server     kubeconfig "/no/such/kubeconfig" is not found',
  },
];

for (const { what, set, more, manifest = pauseSpec(1), code, says } of situations) {
  clusterTest(`check of a run with ${what} ends with the run's own code, ${code}`, async (space) => {
    await set(space);
    const env = { ...await runnerEnv(space, manifest), ...more };
    const checked = await run(env, { args: ["check"] });
    assertStringIncludes(checked.stdout, `missing      ${says}`);
    assertEquals([checked.code, checked.stderr], [code, ""]);
    assertEquals((await run(env)).code, code);
  });
}

clusterTest(
  "check of an account without rights ends with 21, lists what is missing and creates nothing",
  async (space) => {
    await createStatusObject(space);
    await createAccount(space, "nobody", []);
    const checked = await run(await envOf(space, "nobody"), { args: ["check"] });
    assertEquals(checked.code, 21, checked.stdout);
    for (
      const what of [
        "create workflows.argoproj.io",
        'get workflows.argoproj.io "work"',
        'patch configmaps "work"',
      ]
    ) {
      assertStringIncludes(checked.stdout, `missing      access         may not ${what}`);
    }
    assertStringIncludes(checked.stdout, "\na run would end with exit code 21 (NotAllowed)");
    await assertNothingCreated(space);
  },
);
