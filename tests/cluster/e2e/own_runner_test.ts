import { assertEquals, assertMatch } from "@std/assert";
import { makeProject, readPage, runLine } from "../../lab/own_runner.ts";
import { clusterTest, WORKER } from "../lab/cluster.ts";
import { create, read } from "../lab/objects.ts";
import { BUSYBOX } from "../lab/workflows.ts";

clusterTest("a runner of one's own, as on its page, is compiled and runs a Pod", async (space) => {
  const { folder, namespace } = space;
  const page = await readPage();
  await makeProject(folder, page);
  for (const line of page.build) await runLine(folder, line);
  const [makeStatus = "", writeManifest = "", run = ""] = page.run;
  assertMatch(makeStatus, /^kubectl create configmap hello\b/);
  const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "hello", namespace } };
  await create(configMap);
  await runLine(folder, writeManifest.replace("busybox:1.37", BUSYBOX));
  const output = await runLine(
    folder,
    run.replace("--namespace default", `--namespace ${namespace}`)
      .replace("--service-account default", `--service-account ${WORKER}`),
    { KUBECONFIG: Deno.env.get("KUBECONFIG") ?? "" },
  );
  const { phase, podRef, exitCode } = JSON.parse(output);
  assertEquals({ phase, podRef, exitCode }, {
    phase: "Succeeded",
    podRef: { name: "hello", namespace },
    exitCode: 0,
  });
  const { data } = await read(configMap);
  assertEquals(JSON.parse(data?.status ?? "{}").phase, "Succeeded");
});
