import { assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "@std/yaml";
import { clusterTest, eventually } from "../../lab/cluster.ts";
import { type AnyObject, create } from "../../lab/objects.ts";
import { tokenFor, writeKubeconfig } from "../../lab/kubeconfigs.ts";
import { run } from "../../../lab/compiled_program.ts";
import { runnerEnv } from "../../lab/runner_env.ts";
import { createStatusObject } from "../../lab/workflows.ts";

/** How long the API server may take to see a new Role, milliseconds. */
const ROLE_MS = 30_000;
const HTTP = { entrypoint: "main", templates: [{ name: "main", http: { url: "http://127.0.0.1:9" } }] };

clusterTest(
  "check misses the rights of Argo's agent until the Role that rbac prints is there",
  async (space) => {
    await createStatusObject(space);
    await create({
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "agent", namespace: space.namespace },
    });
    const env = await runnerEnv(space, HTTP, {
      KUBECONFIG: await writeKubeconfig(space, { token: await tokenFor(space, "agent") }),
      RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME: "agent",
    });
    const before = await run(env, { args: ["check"] });
    assertStringIncludes(
      before.stdout,
      'missing      access         the work may not list, watch workflowtasksets.argoproj.io "work"',
    );
    assertStringIncludes(before.stdout, 'the work may not patch workflowtasksets/status.argoproj.io "work"');

    const printed = await run(env, { args: ["rbac"] });
    assertEquals([printed.code, printed.stderr], [0, ""]);
    const [role, binding] = printed.stdout.split(/^---\n/m)
      .map((text) => parse(text, { schema: "core" }) as AnyObject);
    const rules: { resources: string[] }[] = role!.rules;
    assertEquals(
      rules.flatMap(({ resources }) => resources).filter((each) => each.startsWith("workflowtasksets")),
      [
        "workflowtasksets",
        "workflowtasksets/status",
      ],
    );
    await create(role!);
    await create(binding!);
    const after = await eventually("the Role counts", ROLE_MS, async () => {
      const checked = await run(env, { args: ["check"] });
      return checked.code === 0 ? checked : undefined;
    });
    assertStringIncludes(
      after.stdout,
      "ok           access         patch workflowtasksets/status.argoproj.io",
    );
  },
);
