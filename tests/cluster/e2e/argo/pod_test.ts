import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createAccount, eventually } from "../../lab/cluster.ts";
import { type AnyObject, create, evict, read } from "../../lab/objects.ts";
import { podTests } from "../../lab/example.ts";
import { pauseSpec, statusRef, workflowRef } from "../../lab/workflows.ts";
import { findExampleStatus, type Pod, runnerPods, terminationOf, waitForJob } from "../../lab/jobs.ts";

/** Whether the cluster runs on this machine, so that its pods' processes can be seen. */
const nodeIsHere = Deno.env.get("FAULTS_APISERVER_PID_FILE") !== undefined && Deno.uid() === 0;

const podTest = podTests("argo-runner");

function assertHardened({ spec }: Pod): void {
  const container = spec?.containers.find(({ name }: AnyObject) => name === "runner");
  assertEquals(spec?.securityContext?.runAsNonRoot, true);
  assertEquals(container?.securityContext?.readOnlyRootFilesystem, true);
  assertEquals(container?.securityContext?.allowPrivilegeEscalation, false);
  assertEquals(container?.securityContext?.capabilities?.drop, ["ALL"]);
}

podTest("the example runs as a pod, applied in any order", async (space, applyExample) => {
  await applyExample();
  assertEquals(await waitForJob(space), "Complete");
  const pods = await runnerPods(space);
  assertEquals(pods.length, 1);
  assertHardened(pods[0]!);
  const { exitCode, message } = terminationOf(pods[0]!);
  assertEquals(exitCode, 0);
  // Kubernetes reads the message from the log only if the container failed.
  assertEquals(message ?? "", "");
  const status = await findExampleStatus(space);
  assertEquals(status?.phase, "Succeeded");
  assertEquals(status?.object.adopted, false);
});

podTest(
  "a failing Workflow fails the Job at once, with the failure as termination message",
  async (space, applyExample) => {
    await applyExample({
      entrypoint: "main",
      // The Workflow ends without a pod of its own, since this test is about the runner's pod.
      activeDeadlineSeconds: 3,
      templates: [{ name: "main", suspend: {} }],
    });
    assertEquals(await waitForJob(space), "Failed (PodFailurePolicy)");
    const pods = await runnerPods(space);
    assertEquals(pods.length, 1, "no further pod");
    assertHardened(pods[0]!);
    const { exitCode, message = "" } = terminationOf(pods[0]!);
    assertEquals(exitCode, 10);
    const status = await findExampleStatus(space);
    assertEquals(status?.phase, "Failed");
    assertStringIncludes(message, `argo-runner: ${status?.message}`);
    assertStringIncludes(message, "exit code: 10 (WorkFailed)");
    assert(message.trimEnd().endsWith(`kubectl -n ${space.namespace} get workflow hello -o yaml`), message);
  },
);

podTest("an evicted pod's replacement goes on with the same Workflow", async (space, applyExample) => {
  await applyExample({
    entrypoint: "main",
    templates: [{ name: "main", suspend: { duration: "40s" } }],
  });
  const first = await eventually("the runner reports its start", 90_000, () => findExampleStatus(space));
  assertEquals(first.argoWorkflowRef.name, "hello");
  const [pod] = await runnerPods(space);
  const name = pod!.metadata!.name!;
  await evict({ name, namespace: space.namespace });
  const interrupted = await eventually("the evicted pod reports its end", 30_000, async () => {
    const status = await findExampleStatus(space);
    return status?.phase === "Unknown" ? status : undefined;
  });
  assertEquals(interrupted.reason, "Terminated");
  assertEquals(await waitForJob(space), "Complete");
  const status = await findExampleStatus(space);
  assertEquals(status?.phase, "Succeeded");
  assertEquals(status?.object.adopted, true);
  assertEquals(status?.object.uid, interrupted.object.uid);
});

/** The process of a pod's runner on this machine, found by its unique run id. */
async function processOf(runId: string): Promise<number> {
  return await eventually("the runner's process", 10_000, () => {
    const pids = [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => pid > 0);
    return Promise.resolve(pids.find((pid) => {
      try {
        return Deno.readTextFileSync(`/proc/${pid}/environ`).includes(`RUNNER_RUN_ID=${runId}`);
      } catch {
        return false; // It has just ended.
      }
    }));
  });
}

if (nodeIsHere) {
  podTest(
    "a runner that is killed with -9 is counted, started again, and adopts",
    async (space, applyExample) => {
      await applyExample({
        entrypoint: "main",
        templates: [{ name: "main", suspend: { duration: "30s" } }],
      });
      await eventually("the runner reports its start", 90_000, () => findExampleStatus(space));
      const [pod] = await runnerPods(space);
      const runId = pod?.metadata?.labels?.["batch.kubernetes.io/controller-uid"] ?? "";
      Deno.kill(await processOf(runId), "SIGKILL");
      assertEquals(await waitForJob(space), "Complete");
      const pods = await runnerPods(space);
      assertEquals(pods.map((pod) => terminationOf(pod).exitCode).sort((a, b) => a - b), [0, 137]);
      const status = await findExampleStatus(space);
      assertEquals([status?.phase, status?.object.adopted], ["Succeeded", true]);
    },
  );
} else {
  Deno.test({
    name:
      "a runner that is killed with -9 is counted, started again, and adopts (needs the node's processes)",
    ignore: true,
    fn() {},
  });
}

podTest(
  "a pod as later engines start it reads both files from a Secret and reports to it",
  async (space, _applyExample, image) => {
    const { namespace } = space;
    await createAccount(space, "engine", [
      { apiGroups: ["argoproj.io"], resources: ["workflows"], verbs: ["create", "get", "list", "watch"] },
      { apiGroups: [""], resources: ["secrets"], verbs: ["patch"] },
    ]);
    const context = { name: "work", timeout: "30m0s", platform: { namespace, serviceAccountName: "engine" } };
    const input = {
      "context.yaml": btoa(JSON.stringify(context)),
      "args.yaml": btoa(JSON.stringify({ workflow: pauseSpec(1) })),
    };
    await create({ ...statusRef(space, "Secret"), data: input });
    await create(engineJob(namespace, image));
    assertEquals(await waitForJob(space), "Complete");
    const { data: { status, ...others } } = await read(statusRef(space, "Secret"));
    assertEquals(JSON.parse(atob(status)).object.uid, (await read(workflowRef(space))).metadata?.uid);
    assertEquals(JSON.parse(atob(status)).reason, "Succeeded");
    assertEquals(others, input);
  },
);

/** https://github.com/capactio/capact/blob/main/internal/k8s-engine/controller/action_service.go */
function engineJob(namespace: string, image: string): AnyObject {
  const container = {
    name: "runner",
    image,
    env: [
      { name: "RUNNER_ARGS_PATH", value: "/mnt/args.yaml" },
      { name: "RUNNER_CONTEXT_PATH", value: "/mnt/context.yaml" },
      { name: "RUNNER_STATUS_REPORTER", value: "secret" },
    ],
    volumeMounts: [{ name: "input", mountPath: "/mnt" }],
  };
  const spec = {
    serviceAccountName: "engine",
    restartPolicy: "Never",
    containers: [container],
    volumes: [{ name: "input", secret: { secretName: "work" } }],
  };
  const metadata = { name: "hello-runner", namespace };
  return { apiVersion: "batch/v1", kind: "Job", metadata, spec: { backoffLimit: 0, template: { spec } } };
}
