import { assertEquals } from "@std/assert";
import type { HelmArguments } from "../../../runners/helm/arguments.ts";
import { helmJob, type HelmJobOptions, helmTimeoutSeconds } from "../../../runners/helm/helm_job.ts";
import { aContext } from "../../lab/builders.ts";
import { podSpecOf } from "../../lab/simulated_helm.ts";

const OPTIONS: HelmJobOptions = { name: "demo-0123abcd", context: aContext(), hasValues: false };
const CHART = { name: "app", repo: "https://charts.example.org", version: "1.2.3" };

/** Helm's command line. */
function helmArgs(args: Partial<HelmArguments>, options: Partial<HelmJobOptions> = {}): string[] {
  const job = helmJob({ command: "install", name: "web", wait: true, ...args }, { ...OPTIONS, ...options });
  return podSpecOf(job).containers[0].args;
}

const cases: [string, Partial<HelmArguments>, Partial<HelmJobOptions>, string[]][] = [
  ["install", { chart: CHART }, {}, [
    ...["install", "web", "app", "--namespace=team", "--timeout=300s"],
    ...["--repo=https://charts.example.org", "--version=1.2.3", "--wait"],
  ]],
  [
    "install with all its flags",
    {
      chart: { name: "oci://registry.example.org/app" },
      wait: false,
      waitForJobs: true,
      atomic: true,
      noHooks: true,
      createNamespace: true,
      replace: true,
    },
    { hasValues: true, context: aContext({ timeoutMs: 60_000 }) },
    [
      ...["install", "web", "oci://registry.example.org/app", "--namespace=team", "--timeout=30s"],
      ...[
        "--values=/helm/values/values.yaml",
        "--wait-for-jobs",
        "--atomic",
        "--no-hooks",
        "--create-namespace",
      ],
      "--replace",
    ],
  ],
  ["upgrade", { command: "upgrade", chart: CHART, reuseValues: true, maxHistory: 0 }, {}, [
    ...["upgrade", "web", "app", "--namespace=team", "--timeout=300s", "--repo=https://charts.example.org"],
    ...["--version=1.2.3", "--history-max=0", "--wait", "--reuse-values"],
  ]],
  ["rollback to a revision", { command: "rollback", revision: 3 }, {}, [
    ...["rollback", "web", "3", "--namespace=team", "--timeout=300s", "--wait"],
  ]],
  ["uninstall", { command: "uninstall", noHooks: true }, {}, [
    ...["uninstall", "web", "--namespace=team", "--timeout=300s", "--wait", "--no-hooks"],
  ]],
  ["install as a dry run", { chart: CHART }, { context: aContext({ dryRun: true }) }, [
    ...["install", "web", "app", "--namespace=team", "--timeout=300s", "--repo=https://charts.example.org"],
    ...["--version=1.2.3", "--wait", "--dry-run=server", "--hide-secret"],
  ]],
  ["uninstall as a dry run", { command: "uninstall" }, { context: aContext({ dryRun: true }) }, [
    ...["uninstall", "web", "--namespace=team", "--timeout=300s", "--wait", "--dry-run"],
  ]],
];

for (const [what, args, options, expected] of cases) {
  Deno.test(`helmJob() has helm ${what}`, () => assertEquals(helmArgs(args, options), expected));
}

Deno.test("helmJob() names the Secret with the repository's credentials, and does not contain them", () => {
  const job = helmJob({
    command: "install",
    name: "web",
    wait: true,
    chart: CHART,
    auth: { secretName: "login" },
    caSecretName: "ca",
  }, OPTIONS);
  const { containers: [{ args, env }], volumes } = podSpecOf(job);
  assertEquals(args.slice(-3), [
    ...["--username=$(HELM_REPO_USERNAME)", "--password=$(HELM_REPO_PASSWORD)", "--ca-file=/helm/ca/ca.crt"],
  ]);
  assertEquals(env.slice(-2), [
    { name: "HELM_REPO_USERNAME", valueFrom: { secretKeyRef: { name: "login", key: "username" } } },
    { name: "HELM_REPO_PASSWORD", valueFrom: { secretKeyRef: { name: "login", key: "password" } } },
  ]);
  assertEquals(volumes.at(-1), { name: "ca", secret: { secretName: "ca" } });
});

Deno.test("helmJob() escapes references to the container's variables in arguments", () => {
  const version = "$(HELM_REPO_PASSWORD)";
  assertEquals(helmArgs({ chart: { ...CHART, version } }).includes("--version=$$(HELM_REPO_PASSWORD)"), true);
});

Deno.test("helmJob() rolls back in a container of its own before the command", () => {
  const args = { command: "upgrade", name: "web", wait: true, chart: CHART, maxHistory: 10 } as const;
  const { initContainers } = podSpecOf(helmJob(args, { ...OPTIONS, rollbackTo: 2 }));
  assertEquals(initContainers?.map(({ args }) => args), [[
    ...["rollback", "web", "2", "--namespace=team", "--timeout=300s", "--history-max=10", "--wait"],
  ]]);
});

const images: [string, string | undefined, string | undefined, string][] = [
  ["the manifest's", "a:1", "b:1", "a:1"],
  ["the setting's", undefined, "b:1", "b:1"],
  ["a pinned public one", undefined, undefined, "docker.io/alpine/helm:3.18.4"],
];
for (const [what, image, set, expected] of images) {
  Deno.test(`helmJob() takes ${what} image`, () => {
    const args = { command: "uninstall", name: "web", wait: true, ...(image ? { image } : {}) } as const;
    assertEquals(
      podSpecOf(
        helmJob(args, { ...OPTIONS, context: aContext(set ? { settings: { RUNNER_HELM_IMAGE: set } } : {}) }),
      ).containers[0].image,
      expected,
    );
  });
}

const times: [number | undefined, boolean, number][] = [
  [undefined, false, 300],
  [60_000, false, 50],
  [20_000, false, 10],
  [10_000, false, 5],
  [500, false, 1],
  [undefined, true, 300],
  [300_000, true, 240],
  [60_000, true, 30],
];
for (const [timeoutMs, atomic, seconds] of times) {
  Deno.test(`helmTimeoutSeconds() gives helm ${seconds} s of ${timeoutMs} ms${atomic ? " with atomic" : ""}`, () => {
    assertEquals(
      helmTimeoutSeconds({ command: "upgrade", name: "web", wait: true, atomic }, timeoutMs),
      seconds,
    );
  });
}
