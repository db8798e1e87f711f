import { assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "@std/yaml";
import { SANDBOX_FLAGS, withBundle } from "../../cmd/build/bundle.ts";
import { argoRunner } from "../../runners/argo/mod.ts";
import { helmRunner } from "../../runners/helm/mod.ts";
import { jobRunner } from "../../runners/job/mod.ts";
import { rbacOfRun } from "../../src/check/rbac_of_run.ts";
import type { ReporterName } from "../../src/status/open_reporter.ts";
import type { ExecutionContext, RunnerFactory } from "../../src/mod.ts";
import { silentLog } from "../../src/io/log.ts";
import { fetchClient } from "../../src/kube/fetch_client.ts";
import type { RbacRule } from "../../src/kube/rbac_rule.ts";
import { rbacText } from "../../src/program/rbac.ts";
import { openReporter } from "../../src/status/open_reporter.ts";
import { aContext } from "../lab/builders.ts";
import { denoCommand } from "../../.ci/without_jsr/deno.ts";

// The test sends no request.
const kube = fetchClient({ server: "https://none.invalid" });

/** Every program with an example, and its runner. */
const programs = [
  { program: "argo-runner", runner: argoRunner },
  { program: "helm-runner", runner: helmRunner },
  { program: "job-runner", runner: jobRunner },
];

function parts(text: string): string[] {
  return text.split(/^---\n/m);
}

function parsed(text: string): unknown[] {
  return parts(text).map((part) => parse(part, { schema: "core" }));
}

function textFor(
  runner: RunnerFactory,
  context: ExecutionContext,
  reporter: ReporterName = "configmap",
): string {
  return rbacText(
    rbacOfRun(runner(kube, kube), openReporter(reporter, kube, () => silentLog), context),
    context,
  );
}

for (const { program, runner } of programs) {
  Deno.test(`cmd/${program}/example/rbac.yaml is what ${program} rbac prints, and the account`, async () => {
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "hello" } };
    const example = await Deno.readTextFile(
      new URL(`../../cmd/${program}/example/rbac.yaml`, import.meta.url),
    );
    const [first = "", ...others] = parts(example);
    assertEquals(parsed(first), [account]);
    const platform = { namespace: "any", serviceAccountName: "hello" };
    const printed = textFor(runner, aContext({ program, name: "hello", platform }));
    // The example names no namespace, and has the quotes of `deno fmt`.
    const formatted = printed.replaceAll(/^ +namespace: any\n/gm, "").replaceAll("''", '""');
    assertEquals(others.join("---\n"), formatted);
  });
}

Deno.test("rbacText() is a Role of its rules and a RoleBinding to the run's account", () => {
  const rules: RbacRule[] = [
    { apiGroup: "", resource: "pods/log", verbs: ["get"], purpose: "to read logs", optional: true },
    { apiGroup: "batch", resource: "jobs", verbs: ["get", "list"], name: "demo", purpose: "to look" },
  ];
  const metadata = { name: "demo", namespace: "team" };
  assertEquals(parsed(rbacText(rules, aContext())), [
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata,
      rules: [
        { apiGroups: ["batch"], resources: ["jobs"], resourceNames: ["demo"], verbs: ["get", "list"] },
        { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
      ],
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "demo" },
      subjects: [{ kind: "ServiceAccount", name: "worker", namespace: "team" }],
    },
  ]);
});

for (
  const name of ["01e1", "0o17", "007", "1e3", "12e4567", "0x1f", "1.5", "no", "on", "y", "true", "null"]
) {
  Deno.test(`rbacText() quotes the name ${name}, which YAML 1.1 does not take for a text`, () => {
    const rule = { apiGroup: "", resource: "pods", verbs: ["get"], purpose: "to read", name };
    const text = rbacText([rule], aContext({ name }));
    assertEquals(text.match(new RegExp(`name: ['"]${name}['"]$`, "gm"))?.length, 3, text);
    assertStringIncludes(text.replaceAll('"', "'"), `resourceNames: ['${name}']`);
  });
}

Deno.test("rbacText() says of each rule what it is for, and whether it can be left out", () => {
  const rule = { apiGroup: "", resource: "pods", verbs: ["get"], purpose: "to look" };
  assertStringIncludes(rbacText([rule], aContext()), "\n  # to look\n");
  assertStringIncludes(rbacText([{ ...rule, optional: true }], aContext()), "\n  # Optional: to look\n");
  assertStringIncludes(
    rbacText([{ ...rule, orVerbs: ["list", "watch"] }], aContext()),
    "\n  # to look; list and watch would do as well\n",
  );
});

Deno.test("rbacText() prints rules with a condition as comments after the needed rules", () => {
  const rule = { apiGroup: "", resource: "pods", verbs: ["get"], name: "x", purpose: "to look" };
  const text = rbacText([{ ...rule, onlyIf: "there are pods" }, rule], aContext());
  assertStringIncludes(
    text,
    "    resourceNames: [x]\n    verbs: [get]\n" +
      "  # Only if there are pods: to look\n" +
      "  # - apiGroups: ['']\n  #   resources: [pods]\n  #   resourceNames: [x]\n  #   verbs: [get]\n",
  );
  assertEquals((parsed(text)[0] as { rules: unknown[] }).rules.length, 1);
});

for (const name of ["1", "0x1f", "true", "no", "null", "1e3", "1.5"]) {
  Deno.test(`rbacText() keeps the name ${name} a text`, () => {
    const rule = { apiGroup: "", resource: "pods", verbs: ["get"], name, purpose: "to look" };
    const text = rbacText(
      [rule],
      aContext({ name, platform: { namespace: name, serviceAccountName: name } }),
    );
    // Once as the name of the rule's object, twice each of Role, RoleBinding, and who has it; and the reference.
    assertEquals(text.split(`'${name}'`).length - 1, 8);
  });
}

Deno.test("rbacOfRun() merges a rule that is needed for two purposes", () => {
  const rules = rbacOfRun(
    argoRunner(kube),
    openReporter("nop", kube, () => silentLog),
    aContext({ followLogs: true }),
  );
  assertEquals(rules.filter(({ resource }) => resource === "pods/log").map(({ purpose }) => purpose), [
    "to explain a failure by the end of its log, and to follow the logs of the pods",
  ]);
});

for (const [reporter, resource] of [["configmap", "configmaps"], ["secret", "secrets"]] as const) {
  Deno.test(`rbacOfRun() has what the reporter ${reporter} needs`, () => {
    const rules = rbacOfRun(argoRunner(kube), openReporter(reporter, kube, () => silentLog), aContext());
    assertEquals(rules.filter((rule) => rule.resource === resource).map(({ verbs, name }) => [verbs, name]), [
      [["patch"], "demo"],
    ]);
  });
}

Deno.test("rbac prints only YAML, and warns of a misspelt variable on standard error", async () => {
  const env = { RUNNER_TIMEOUTS: "5m", RUNNER_CONTEXT_NAME: "x", KUBECONFIG: "/none" };
  const flags = ["--namespace", "team", "--service-account", "worker"];
  await withBundle("cmd/job-runner/main.ts", async (main) => {
    const command = await denoCommand(["run", "--quiet", ...SANDBOX_FLAGS, main, "rbac", ...flags], {
      clearEnv: true,
      env,
    });
    const [stdout, stderr] = await command.output().then((output) =>
      [output.stdout, output.stderr].map((bytes) => new TextDecoder().decode(bytes))
    );
    assertEquals(parsed(stdout ?? "").length, 2);
    assertStringIncludes(stderr ?? "", "RUNNER_TIMEOUTS: is not known and is ignored");
  });
});
