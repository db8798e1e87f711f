import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { run } from "../../../lab/compiled_program.ts";
import { clusterTest } from "../../lab/cluster.ts";
import {
  deafWebhook,
  type HeldWork,
  heldWorkTest,
  limitRange,
  NOBODY,
  quota,
  restrictPods,
  WEBHOOK,
} from "../../lab/held_work.ts";
import { jobSpec, scriptContainer, scriptJob } from "../../lab/job_work.ts";
import type { AnyObject } from "../../lab/objects.ts";
import { runnerEnv } from "../../lab/runner_env.ts";
import { createStatusObject } from "../../lab/workflows.ts";

/** A Job whose pod has more fields. */
function podJob(more: object, containers = [scriptContainer("main", "true")]): AnyObject {
  const spec = jobSpec(containers);
  Object.assign(spec.template.spec, more);
  return spec;
}

/** A Job whose container mounts this volume. */
function mounting(volume: object): AnyObject {
  const main = scriptContainer("main", "true", { volumeMounts: [{ name: "v", mountPath: "/v" }] });
  return podJob({ volumes: [{ name: "v", ...volume }] }, [main]);
}

/** A Job whose pods are refused. */
function withoutPods(what: string, says: string, more: Partial<HeldWork>): HeldWork {
  return {
    what,
    manifest: scriptJob("true"),
    warns: ['Job "work" is held up', "FailedCreate"],
    failure: { reason: "FailedCreate" },
    says,
    ...more,
  };
}

/** A Job whose own fields hold it up. */
function heldByItself(
  what: string,
  spec: object,
  { reason, says }: { reason: string; says: string },
): HeldWork {
  const warns = ['Job "work" is held up'];
  return { what, manifest: scriptJob("true", spec), warns, failure: { reason }, says };
}

const cases: HeldWork[] = [
  withoutPods("a service account that does not exist", 'serviceaccount "nobody" not found', { env: NOBODY }),
  withoutPods("a quota without room for pods", "exceeded quota: tight", {
    set: (space) => quota(space, { pods: "0" }),
  }),
  withoutPods("a quota that wants limits", "failed quota: tight", {
    set: (space) => quota(space, { "limits.cpu": "1" }),
  }),
  withoutPods("a LimitRange", "maximum cpu usage per Container is 100m", {
    manifest: podJob({}, [scriptContainer("main", "true", { resources: { limits: { cpu: "200m" } } })]),
    set: limitRange,
  }),
  withoutPods("PodSecurity", 'violates PodSecurity "restricted:latest"', { set: restrictPods }),
  withoutPods("a webhook that cannot be reached", `failed calling webhook "${WEBHOOK}"`, {
    set: deafWebhook,
  }),
  {
    what: "a Secret that is missing",
    manifest: mounting({ secret: { secretName: "nothing" } }),
    warns: ['Pod "work-', "FailedMount"],
    failure: { reason: "FailedMount" },
    says: 'secret "nothing" not found',
  },
  {
    what: "a claim that is missing",
    manifest: mounting({ persistentVolumeClaim: { claimName: "nothing" } }),
    warns: ['Pod "work-', "Unschedulable"],
    failure: { reason: "Unschedulable" },
    says: 'persistentvolumeclaim "nothing" not found',
  },
  {
    what: "a container that runs on after main has ended with 0",
    manifest: jobSpec([scriptContainer("main", "true"), scriptContainer("helper", "sleep 600")]),
    warns: ['Pod "work-', 'ContainerRunning (container "helper")'],
    failure: { reason: "ContainerRunning", container: "helper" },
    says: 'the container "helper" runs on after the end of "main" (exit code 0)',
  },
  heldByItself("parallelism 0", { parallelism: 0 }, { reason: "Parallelism", says: "spec.parallelism is 0" }),
  heldByItself("suspend", { suspend: true }, { reason: "Suspended", says: "spec.suspend is true" }),
  heldByItself("another controller that is not there", { managedBy: "example.org/elsewhere" }, {
    reason: "Pending",
    says: 'its controller "example.org/elsewhere" has not taken it up',
  }),
  {
    what: "a scheduling gate",
    manifest: podJob({ schedulingGates: [{ name: "example.org/hold" }] }),
    warns: ['Pod "work-', "SchedulingGated"],
    failure: { reason: "SchedulingGated" },
    says: '"example.org/hold"',
  },
];

heldWorkTest("job-runner", cases);

/** What refuses the pods of a Job, with what check says of it. */
const refusals: { what: string; set?: HeldWork["set"]; env?: Record<string, string>; says: string }[] = [
  { what: "without its service account", env: NOBODY, says: "account" },
  { what: "in a namespace whose quota is full", set: (space) => quota(space, { pods: "0" }), says: "pods" },
  { what: "that PodSecurity refuses", set: restrictPods, says: "pods" },
];

for (const { what, set, env, says } of refusals) {
  clusterTest(`check of a Job ${what} ends with the run's own code, 124`, async (space) => {
    await createStatusObject(space);
    await set?.(space);
    const settings = { ...await runnerEnv(space, scriptJob("true"), { RUNNER_TIMEOUT: "10s" }), ...env };
    const checked = await run(settings, { program: "job-runner", args: ["check"] });
    assertEquals(checked.code, 124, checked.stdout);
    assert(
      checked.stdout.split("\n").some((line) => line.startsWith(`missing      ${says} `)),
      checked.stdout,
    );
    const { RUNNER_TIMEOUT: _none, ...endless } = settings;
    const told = await run(endless, { program: "job-runner", args: ["check"] });
    assertEquals(told.code, 124, told.stdout);
    assertStringIncludes(told.stdout, "a run would wait without end");
    assertEquals((await run(settings, { program: "job-runner" })).code, 124);
  });
}
