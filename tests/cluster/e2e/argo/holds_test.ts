import { type HeldWork, heldWorkTest, quota } from "../../lab/held_work.ts";
import { scriptContainer } from "../../lab/job_work.ts";
import type { Space } from "../../lab/cluster.ts";
import { type AnyObject, create } from "../../lab/objects.ts";
import { aWorkflow, pauseSpec, scriptSpec, scriptTemplate } from "../../lab/workflows.ts";

/** A Workflow that holds the lock during the whole test. */
async function holdLock(space: Space): Promise<void> {
  await create(aWorkflow(space, { ...pauseSpec(), ...LOCK }, { name: "holder" }));
}

const LOCK = { synchronization: { mutexes: [{ name: "build" }] } };

/** A Workflow that waits for the lock. */
function locked(what: string, manifest: AnyObject, warns: string): HeldWork {
  return {
    what,
    manifest,
    set: holdLock,
    warns: [warns, "Synchronization"],
    failure: { reason: "Synchronization" },
    says: 'waits for the lock Mutex "build", held by ',
  };
}

/** A step in a template of steps, or in a DAG; `more` belongs to the outer template. */
function stepsSpec(more: object): AnyObject {
  const main = { name: "main", steps: [[{ name: "inner", template: "inner" }]], ...more };
  return { entrypoint: "main", templates: [main, scriptTemplate("inner", "true")] };
}

function dagSpec(more: object): AnyObject {
  const main = { name: "main", dag: { tasks: [{ name: "inner", template: "inner" }] }, ...more };
  return { entrypoint: "main", templates: [main, scriptTemplate("inner", "true")] };
}

const mountingTemplate = scriptTemplate("main", "true");
mountingTemplate.container.volumeMounts = [{ name: "v", mountPath: "/v" }];

const cases: HeldWork[] = [
  locked("a lock of its own", { ...scriptSpec("true"), ...LOCK }, 'Workflow "work" is held up'),
  locked("a lock of a template of steps", stepsSpec(LOCK), 'Step "work" is held up'),
  locked("a lock of a DAG", dagSpec(LOCK), 'Step "work" is held up'),
  locked("a lock of a template that is retried", {
    entrypoint: "main",
    templates: [scriptTemplate("main", "true", { retryStrategy: { limit: 1 }, ...LOCK })],
  }, "is held up"),
  {
    what: "suspend",
    manifest: scriptSpec("true", { suspend: true }),
    warns: ['Workflow "work" is held up'],
    failure: { reason: "Suspended" },
    says: "spec.suspend is true",
  },
  {
    what: "parallelism 0",
    manifest: scriptSpec("true", { parallelism: 0 }),
    warns: ['Workflow "work" is held up'],
    failure: { reason: "Parallelism" },
    says: "spec.parallelism is 0",
  },
  {
    what: "a quota without room for pods",
    manifest: scriptSpec("true"),
    set: (space) => quota(space, { pods: "0" }),
    warns: ['Step "work" is held up'],
    failure: { reason: "Pending" },
    says: "exceeded quota: tight",
  },
  {
    what: "a Secret that is missing",
    manifest: {
      ...scriptSpec("true"),
      templates: [mountingTemplate],
      volumes: [{ name: "v", secret: { secretName: "nothing" } }],
    },
    warns: ['Pod "work"', "FailedMount"],
    failure: { reason: "FailedMount" },
    says: 'secret "nothing" not found',
  },
  {
    what: "a sidecar that runs on after main has ended with 0",
    manifest: {
      entrypoint: "main",
      templates: [
        // Long enough for the sidecar to ignore its signal.
        scriptTemplate("main", "sleep 5", {
          podSpecPatch: JSON.stringify({ terminationGracePeriodSeconds: 600 }),
          sidecars: [scriptContainer("deaf", "trap : TERM; while true; do sleep 1; done")],
        }),
      ],
    },
    warns: ['Pod "work"', 'ContainerRunning (container "deaf")'],
    failure: { reason: "ContainerRunning", container: "deaf" },
    says: 'the container "deaf" runs on after the end of "main" (exit code 0)',
  },
];

heldWorkTest("argo-runner", cases);
