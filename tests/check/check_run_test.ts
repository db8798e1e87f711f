import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { argoRunner } from "../../runners/argo/mod.ts";
import { jobRunner } from "../../runners/job/mod.ts";
import { reasonOfItems } from "../../src/check/check_run.ts";
import { checkText } from "../../src/check/check_text.ts";
import { InvalidInputError, RunError } from "../../src/errors.ts";
import type { Reason } from "../../src/exit_codes.ts";
import { ApiError } from "../../src/kube/api_error.ts";
import type { KubeClient } from "../../src/kube/client.ts";
import { createOrAdopt } from "../../src/object/create_or_adopt.ts";
import type { JsonObject } from "../../src/text/json.ts";
import type { ActionRunner } from "../../src/runner.ts";
import type { EmbeddedApi } from "../../src/testing/mod.ts";
import { parseWorkflow } from "../../runners/argo/workflow.ts";
import { aContext } from "../lab/builders.ts";
import { MemoryClient } from "../lab/memory_client.ts";
import { quickClock } from "../lab/quick_clock.ts";
import { aConfig, anApi, check, inRole, MANIFEST, rulesOf, troubleIn } from "../lab/check_lab.ts";

const HELLO = { metadata: { name: "demo", namespace: "team" } };

async function startedBefore(api: EmbeddedApi): Promise<void> {
  const { object: workflow } = parseWorkflow(MANIFEST, aContext());
  const { signal } = new AbortController();
  await createOrAdopt(new MemoryClient(api), workflow, { owner: aContext(), signal });
}

Deno.test("checkRun() finds no problem in a run that has all it needs", async () => {
  const items = await check(anApi());
  assertEquals(troubleIn(items), []);
  assertEquals(reasonOfItems(items), "Succeeded");
  assertEquals([...new Set(items.map(({ item }) => item))], [
    "settings",
    "manifest",
    "API server",
    "identity",
    "kind",
    "name",
    "namespace",
    "status object",
    "dry run",
    "account",
    "access",
    "size",
    "times",
  ]);
});

Deno.test("checkRun() finds no problem with exactly the rights of the run", async () => {
  const items = await check(anApi({ rules: rulesOf().map(inRole) }));
  assertEquals(troubleIn(items), []);
});

for (const rule of rulesOf()) {
  const { resource, verbs, optional, ofWork } = rule;
  const expected: Reason = optional ? "Succeeded" : ofWork ? "WorkFailed" : "NotAllowed";
  Deno.test(`checkRun() names ${verbs} of ${resource} when that is not allowed: ${expected}`, async () => {
    const rules = rulesOf().filter((other) => JSON.stringify(other) !== JSON.stringify(rule)).map(inRole);
    const items = await check(anApi({ rules }));
    const access = troubleIn(items).filter((text) => text.includes(" access: "));
    assertEquals(access.length, 1);
    const state = optional ? "warning" : "missing";
    assertStringIncludes(
      access[0]!,
      `${state} access: ${ofWork ? "the work " : ""}may not ${verbs.join(", ")} ${resource}`,
    );
    assertStringIncludes(access[0]!, "argo-runner rbac prints the Role");
    assertEquals(reasonOfItems(items), expected);
  });
}

Deno.test("checkRun() accepts get and update of the status object in place of patch, as the run does", async () => {
  const rules = rulesOf().map(inRole).map((rule) =>
    rule.resources.includes("configmaps") ? { ...rule, verbs: ["get", "update"] } : rule
  );
  const items = await check(anApi({ rules }));
  assertEquals(troubleIn(items), []);
  assert(items.some(({ message }) => message === 'get, update configmaps "demo": to write the status'));
});

/** Each case: what is wrong, the item's message, and how the run would end. */
const cases: [
  what: string,
  set: (api: EmbeddedApi) => void | Promise<void>,
  says: string[],
  reason: Reason,
][] = [
  [
    "the status object is missing",
    (api) => void api.delete("ConfigMap", "team", "demo"),
    [
      'missing status object: There is no ConfigMap "demo" for the status in namespace "team", or no such namespace: ' +
      "kubectl -n team create configmap demo",
    ],
    "TargetMissing",
  ],
  [
    "the kind is missing",
    (api) => api.removeResource("workflows.argoproj.io"),
    [
      "missing kind: Cannot get Workflow: ",
      "not checked name: there is no such kind",
      "missing dry run: ",
      "not checked size: ",
      "not checked times: ",
    ],
    "TargetMissing",
  ],
  [
    "another's object has the name",
    (api) => void api.create("Workflow", { ...HELLO, spec: {} }),
    [
      "missing name: ",
      "not checked dry run: the name comes first",
      "not checked size: ",
      "not checked times: ",
    ],
    "NameTaken",
  ],
  [
    "a quota has no room",
    (api) =>
      void api.create("ResourceQuota", { ...HELLO, spec: { hard: { "count/workflows.argoproj.io": "0" } } }),
    ["missing dry run: ", "not checked size: ", "not checked times: "],
    "QuotaExceeded",
  ],
  [
    "an earlier start has made the work",
    startedBefore,
    ["not checked dry run: the work is there already", "not checked size: ", "not checked times: "],
    "Succeeded",
  ],
  [
    "an earlier start has made the work, and its status object is gone",
    async (api) => {
      await startedBefore(api);
      api.delete("ConfigMap", "team", "demo");
    },
    [
      "missing status object: ",
      "not checked dry run: the work is there already",
      "not checked size: ",
      "not checked times: ",
    ],
    "StatusNotWritten",
  ],
  [
    "the status object is nearly full",
    (api) => void api.patch("ConfigMap", "team", "demo", { data: { other: "x".repeat(1_000_000) } }),
    ["warning size: ConfigMap with 976.6 KiB beside the report"],
    "Succeeded",
  ],
];

for (const [what, set, says, reason] of cases) {
  Deno.test(`checkRun() says that ${what}: ${reason}`, async () => {
    const api = anApi();
    await set(api);
    const items = await check(api);
    const trouble = troubleIn(items);
    assertEquals(trouble.map((text, index) => text.slice(0, says[index]?.length)), says);
    assertEquals(reasonOfItems(items), reason);
  });
}

Deno.test("checkRun() says that the namespace is missing", async () => {
  const api = anApi();
  const config = aConfig({
    context: aContext({ platform: { namespace: "nowhere", serviceAccountName: "worker" } }),
  });
  const items = await check(api, { config });
  assertEquals(
    items.find(({ item }) => item === "namespace")?.message,
    'there is no "nowhere": kubectl create namespace nowhere',
  );
  assertEquals(reasonOfItems(items), "TargetMissing");
});

Deno.test("checkRun() takes the dry run as proof of a namespace that it may not read", async () => {
  const items = await check(anApi({ rules: rulesOf().map(inRole) }));
  assertEquals(items.find(({ item }) => item === "namespace")?.state, "ok");
});

Deno.test("checkRun() lists all problems of the settings, and still asks the API server", async () => {
  const items = await check(anApi(), {
    config: new InvalidInputError(["RUNNER_A: is required", "RUNNER_B: is empty"]),
  });
  assertEquals(items.map(({ state, item }) => `${state} ${item}`), [
    "missing settings",
    "missing settings",
    "ok API server",
    "not checked all else",
  ]);
  assertEquals(reasonOfItems(items), "InvalidInput");
});

Deno.test("checkRun() lists problems of settings and manifest that end no run as warnings", async () => {
  const manifest = { ...MANIFEST, ttlStrategy: { secondsAfterCompletion: 5 }, serviceAccountName: "other" };
  const items = await check(anApi(), {
    config: aConfig({ warnings: ["RUNNER_X: is not known and is ignored"] }),
    readManifest: () => Promise.resolve(manifest),
  });
  assertEquals(troubleIn(items).map((text) => text.slice(0, 40)), [
    "warning settings: RUNNER_X: is not known",
    "warning manifest: the manifest's service",
    "warning manifest: the manifest's ttlStra",
  ]);
  assertEquals(reasonOfItems(items), "Succeeded");
});

const badManifests: [string, () => Promise<never> | Promise<object>][] = [
  ["cannot be read", () => Promise.reject(new InvalidInputError('"/work.yaml" is not found'))],
  ["is none of the runner's", () => Promise.resolve({ entrypoint: "main" })],
];
for (const [what, readManifest] of badManifests) {
  for (const reachable of [true, false]) {
    Deno.test(`checkRun() says that the manifest ${what}, ${reachable ? "with" : "without"} an API server`, async () => {
      const kube = new MemoryClient(anApi());
      if (!reachable) kube.trouble = () => new ApiError("nobody listens", { fault: "refused" });
      const items = await check(anApi(), { kube, readManifest: readManifest as () => Promise<never> });
      const manifest = items.filter(({ item }) => item === "manifest");
      assertEquals(manifest.map(({ state, reason }) => [state, reason]), [["missing", "InvalidInput"]]);
      assertEquals(items.some(({ item, state }) => item === "status object" && state === "ok"), reachable);
      assertEquals(reasonOfItems(items), "InvalidInput");
    });
  }
}

for (
  const [fault, reason] of [
    ["refused", "ApiUnreachable"],
    ["tls", "InvalidInput"],
    ["unauthorized", "NotAllowed"],
    ["server", "ApiUnreachable"],
  ] as const
) {
  Deno.test(`checkRun() makes no more requests when the API server's answer is ${fault}: ${reason}`, async () => {
    const kube = new MemoryClient(anApi());
    kube.trouble = () => new ApiError("no", { fault });
    const items = await check(anApi(), { kube });
    assertEquals(troubleIn(items).map((text) => text.slice(0, 30)), [
      "missing API server: no",
      "not checked all else: the API ",
    ]);
    assertEquals(reasonOfItems(items), reason);
    // The GETs of the version and of the name; neither is repeated.
    assertEquals(kube.calls.map(({ method }) => method), ["ask", "get"]);
  });
}

Deno.test("checkRun() without an API server says why", async () => {
  const items = await check(anApi(), { server: { problem: "KUBECONFIG is not set" } });
  assertEquals(troubleIn(items)[0], "missing API server: KUBECONFIG is not set");
  assertEquals(reasonOfItems(items), "InvalidInput");
});

Deno.test("checkRun() of another user than the work's account asks about that account for what the work needs", async () => {
  const rules = [...rulesOf().map(inRole), { resources: ["subjectaccessreviews"], verbs: ["create"] }];
  const items = await check(anApi({ rules, user: "jane" }));
  assertEquals(
    troubleIn(items).map((text) => text.slice(0, 60)),
    [
      "warning identity: jane, and the work is system:serviceaccount:team:w",
      'not checked account: Cannot get ServiceAccount: serviceaccounts "worker" is',
      "missing access: the work may not create, patch workflowtaskresults.argoproj.i",
    ].map((text) => text.slice(0, 60)),
  );
});

Deno.test("checkRun() says that it may not ask about the work's account", async () => {
  const items = await check(anApi({ rules: rulesOf().map(inRole), user: "jane" }));
  const item = items.find(({ message }) =>
    message.startsWith("create, patch workflowtaskresults.argoproj.io: ")
  );
  assertEquals(item?.state, "not checked");
  assertEquals(reasonOfItems(items), "Succeeded");
});

Deno.test("checkRun() says that the work's account is missing", async () => {
  const api = anApi({ user: "jane" });
  api.delete("ServiceAccount", "team", "worker");
  const items = await check(api);
  assertEquals(
    items.find(({ item }) => item === "account")?.message,
    'there is no service account "worker" for the work: kubectl -n team create serviceaccount worker',
  );
  assertEquals(reasonOfItems(items), "WorkFailed");
});

const JOB_MANIFEST = {
  template: { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "busybox" }] } },
};

for (
  const { timeoutMs, says, ends } of [
    {
      timeoutMs: 60_000,
      says: 'there is no service account "worker" for the work, which waits for it: kubectl',
      ends: "a run would end with exit code 124 (TimedOut)",
    },
    {
      timeoutMs: undefined,
      says: 'there is no service account "worker" for the work, which waits for it without end: kubectl',
      ends: "a run would wait without end; with a RUNNER_TIMEOUT it would end with exit code 124 (TimedOut)",
    },
  ]
) {
  Deno.test(`checkRun() of a Job whose account is missing says that it waits, with time-out ${timeoutMs}`, async () => {
    const api = anApi({ user: "jane" });
    api.delete("ServiceAccount", "team", "worker");
    const context = aContext({ program: "job-runner", ...timeoutMs === undefined ? {} : { timeoutMs } });
    const items = await check(api, {
      config: aConfig({ context }),
      runner: jobRunner,
      readManifest: () => Promise.resolve(JOB_MANIFEST),
    });
    assertStringIncludes(items.find(({ item }) => item === "account")?.message ?? "", says);
    assertEquals(reasonOfItems(items), "TimedOut");
    assertStringIncludes(checkText(items, "text"), ends);
  });
}

Deno.test("checkRun() with a status that goes nowhere needs no object for it", async () => {
  const api = anApi();
  api.delete("ConfigMap", "team", "demo");
  assertEquals(troubleIn(await check(api, { config: aConfig({ reporter: "nop" }) })), []);
});

Deno.test("checkRun() checks a runner without find, preflight and rbac as far as it can", async () => {
  const runner = ({ start, waitForCompletion }: ActionRunner): ActionRunner => ({
    name: "plain",
    start,
    waitForCompletion,
  });
  const items = await check(anApi(), { runner: (kube) => runner(argoRunner(kube)) });
  assertEquals(troubleIn(items).map((text) => text.split(":")[0]), [
    "not checked kind",
    "not checked name",
    "not checked dry run",
    "not checked access",
    "not checked size",
    "not checked times",
  ]);
  assertEquals(
    items.filter(({ state, item }) => state === "ok" && item === "access").length,
    1,
    "of the status",
  );
  assertEquals(reasonOfItems(items), "Succeeded");
});

Deno.test("checkRun() stores nothing, whatever a runner tries", async () => {
  const api = anApi();
  const before = api.objects("Workflow").length;
  const runner = (kube: KubeClient, real: KubeClient): ActionRunner => ({
    ...argoRunner(kube),
    async preflight() {
      const workflow = { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow", ...HELLO, spec: {} };
      await real.create(workflow, { dryRun: false });
      await kube.delete({ apiVersion: "v1", kind: "ConfigMap", name: "demo", namespace: "team" });
    },
  });
  await check(api, { runner });
  assertEquals([before, api.objects("Workflow").length], [0, 0]);
  assert(api.find("ConfigMap", "team", "demo"));
  const writes = api.requests.filter(({ method }) => method !== "GET");
  assert(writes.length > 3);
  assertEquals(writes.filter(({ query }) => query.dryRun !== "All"), []);
});

Deno.test("checkRun() ends a call that does not end by itself, and goes on", async () => {
  const clock = quickClock();
  const called = Promise.withResolvers<void>();
  const runner = (kube: KubeClient): ActionRunner => ({
    ...argoRunner(kube),
    find: ({ signal }) => {
      called.resolve();
      return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    },
  });
  const checked = check(anApi(), { runner, clock });
  await called.promise;
  await clock.advance(15_000);
  assertEquals(troubleIn(await checked).map((text) => text.slice(0, 32)), [
    "not checked kind: no answer has ",
    "warning name: no end within 15 s",
  ]);
});

Deno.test("checkRun() says so when the API server's dry run does not cover everything", async () => {
  const runner = (kube: KubeClient): ActionRunner => ({
    ...argoRunner(kube),
    dryRun: () => Promise.reject(new Error("it creates something")),
  });
  const items = await check(anApi(), { runner });
  assertEquals(items.find(({ item }) => item === "dry run"), {
    item: "dry run",
    state: "ok",
    message: "the API server accepts the work; what the work then does, only a run with --dry-run tries",
  });
});

Deno.test("checkRun() reports missing rights of Argo's agent for an http template, and warns when that is not known", async () => {
  const rules = rulesOf().map(inRole);
  const api = () => anApi({ rules });
  const readManifest = (manifest: JsonObject) => () => Promise.resolve(manifest);
  const http = { entrypoint: "main", templates: [{ name: "main", http: { url: "https://example.org" } }] };
  const needed = await check(api(), { readManifest: readManifest(http) });
  assertEquals(troubleIn(needed), [
    'missing access: the work may not list, watch workflowtasksets.argoproj.io "demo", ' +
    "needed for Argo's agent, which works on http and plugin templates; argo-runner rbac prints the Role",
    'missing access: the work may not patch workflowtasksets/status.argoproj.io "demo", ' +
    "needed for Argo's agent, which reports by it; argo-runner rbac prints the Role",
  ]);
  assertEquals(reasonOfItems(needed), "WorkFailed");
  const shared = await check(api(), {
    readManifest: readManifest({ workflowTemplateRef: { name: "shared" } }),
  });
  assertEquals(troubleIn(shared).map((line) => line.replace(/, needed .*, only if/, " … only if")), [
    'warning access: the work may not list, watch workflowtasksets.argoproj.io "demo" … only if ' +
    'the WorkflowTemplate "shared" has http or plugin templates; argo-runner rbac prints the Role',
    'warning access: the work may not patch workflowtasksets/status.argoproj.io "demo" … only if ' +
    'the WorkflowTemplate "shared" has http or plugin templates; argo-runner rbac prints the Role',
  ]);
});

Deno.test("row 69: checkRun() says what it could not try when dry runs are refused, and reports nothing as missing", async () => {
  const kube = new MemoryClient(anApi());
  const refusal = new ApiError("Cannot do it: no dry runs", { fault: "noDryRun" });
  kube.trouble = ({ method }) => ["create", "mergePatch"].includes(method) ? refusal : undefined;
  const items = await check(anApi(), { kube });
  const said =
    "Cannot do it: no dry runs; it was asked in a dry run, and only a real one tells what it says then";
  assertEquals(troubleIn(items).filter((line) => !/ (size|times): /.test(line)), [
    `not checked status object: ${said}`,
    `not checked dry run: ${said}`,
  ]);
});

Deno.test("row 69: checkRun() reports what a policy denies as missing, and says that it was a dry run", async () => {
  const kube = new MemoryClient(anApi());
  kube.trouble = ({ method }) =>
    method === "create" ? new ApiError("no Fridays", { fault: "denied" }) : undefined;
  const items = await check(anApi(), { kube });
  const found = items.find(({ item }) => item === "dry run");
  assertEquals([found?.state, found?.reason], ["missing", "RefusedByApi"]);
  assertEquals(found?.message.startsWith("no Fridays; it was asked in a dry run"), true);
});

Deno.test("checkRun() lists a runner's warnings of its preflight", async () => {
  const runner = (kube: KubeClient): ActionRunner => ({
    ...argoRunner(kube),
    preflight: ({ log }) => Promise.resolve(log.warn("the chart is old")),
  });
  assertEquals(troubleIn(await check(anApi(), { runner })).slice(0, 2), [
    "warning manifest: the chart is old",
    "not checked dry run: the runner argo.workflow had nothing to try",
  ]);
});

Deno.test("checkRun() ends with the signal's reason when that is aborted", async () => {
  const end = new AbortController();
  const runner = (kube: KubeClient): ActionRunner => ({
    ...argoRunner(kube),
    find: ({ signal }) => {
      end.abort(new RunError("Interrupted", "interrupted by SIGINT"));
      return Promise.reject(signal.reason);
    },
  });
  await assertRejects(
    () => check(anApi(), { runner, signal: end.signal }),
    RunError,
    "interrupted by SIGINT",
  );
});

Deno.test("checkRun() takes an unexpected error for an internal error of the run", async () => {
  const runner = (kube: KubeClient): ActionRunner => ({
    ...argoRunner(kube),
    preflight: () => Promise.reject(new TypeError("x is undefined")),
  });
  const items = await check(anApi(), { runner });
  assertEquals(troubleIn(items)[0], "missing dry run: x is undefined");
  assertEquals(reasonOfItems(items), "InternalError");
});
