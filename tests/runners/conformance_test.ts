import { argoRunner } from "../../runners/argo/mod.ts";
import { helmRunner } from "../../runners/helm/mod.ts";
import { jobRunner } from "../../runners/job/mod.ts";
import type { ActionRunner } from "../../src/mod.ts";
import type { KubeClient } from "../../src/kube/client.ts";
import { assertRunner, type RunnerCases, type WorkEnd } from "../../src/testing/mod.ts";
import { podSpecOf, releaseSecret } from "../lab/simulated_helm.ts";

const VALUES = { greeting: "hi" };

const runners: [name: string, runner: (kube: KubeClient) => ActionRunner, cases: RunnerCases][] = [
  ["argoRunner()", argoRunner, {
    manifest: { entrypoint: "main", templates: [{ name: "main", container: { image: "busybox" } }] },
    succeed: workflowIn("Succeeded"),
    fail: workflowIn("Failed"),
  }],
  ["jobRunner()", jobRunner, {
    manifest: {
      template: { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "busybox" }] } },
    },
    succeed: jobIs("Complete"),
    fail: jobIs("Failed"),
  }],
  ["helmRunner()", helmRunner, {
    manifest: {
      chart: { name: "app", repo: "https://charts.example.org", version: "0.1.0" },
      values: VALUES,
    },
    succeed: helmLeaves("deployed"),
    fail: helmLeaves("failed"),
  }],
];

for (const [name, runner, cases] of runners) {
  Deno.test(`${name} does what engines rely on, whatever happens`, () => assertRunner(runner, cases));
}

function workflowIn(phase: string) {
  const labels = { "workflows.argoproj.io/phase": phase, "workflows.argoproj.io/completed": "true" };
  return { metadata: { labels }, status: { phase } };
}

function jobIs(type: "Complete" | "Failed") {
  return { status: { conditions: [{ type, status: "True" }] } };
}

/** What helm leaves of a release when its Job ends; nothing after a dry run. */
function helmLeaves(status: "deployed" | "failed"): WorkEnd {
  return (job, api) => {
    const { name, namespace = "" } = job.metadata;
    const [, release = "", ...flags] = podSpecOf(job).containers[0].args;
    if (!flags.some((flag) => flag.startsWith("--dry-run"))) {
      api.put("Secret", releaseSecret({ name: release, namespace, status, values: VALUES }) as never);
    }
    api.patch("Job", namespace, name, jobIs(status === "deployed" ? "Complete" : "Failed"));
  };
}
