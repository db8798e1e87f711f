import { assertEquals, assertObjectMatch, assertStringIncludes } from "@std/assert";
import { clusterTest } from "../../lab/cluster.ts";
import { read } from "../../lab/objects.ts";
import { run } from "../../../lab/compiled_program.ts";
import { reportOf, runnerEnv } from "../../lab/runner_env.ts";
import { createStatusObject, readStatus, scriptTemplate, statusRef } from "../../lab/workflows.ts";

const PASSWORD = "hunter2-and-more";

/** The work's outputs, by name. */
const OUTPUTS = {
  "region": "prod-eu-1",
  "memory": "4096Mi",
  "max-tokens": "4096",
  "secret-store": "prod",
  "secret-name": "the-secret",
  "session-token": "t-123",
  "address": `db://me:${PASSWORD}@db`,
};

/** A Workflow with these outputs, which fails at its end if the test wants that. */
function spec(exitCode = 0) {
  const names = Object.keys(OUTPUTS);
  const write = names.map((name) => `printf '%s' '${OUTPUTS[name as keyof typeof OUTPUTS]}' > /tmp/${name}`);
  const parameters = names.map((name) => ({ name, globalName: name, valueFrom: { path: `/tmp/${name}` } }));
  const script = [...write, `echo prod took 4096 tokens with ${PASSWORD}`, `exit ${exitCode}`].join("; ");
  return {
    entrypoint: "main",
    arguments: {
      parameters: [
        { name: "max-tokens", value: "4096" },
        { name: "secret-store", value: "prod" },
        { name: "password", value: PASSWORD },
      ],
    },
    templates: [scriptTemplate("main", script, { outputs: { parameters } })],
  };
}

clusterTest("outputs arrive as the work wrote them, or are withheld by name", async (space) => {
  await createStatusObject(space);
  const ended = await run(await runnerEnv(space, spec()));
  assertEquals(ended.code, 0, ended.stderr);
  const { "session-token": _token, address: _address, ...parameters } = OUTPUTS;
  const report = reportOf(ended);
  assertEquals(report.outputs, { parameters });
  assertEquals([...report.outputsWithheld].sort(), ["address", "session-token"]);
  assertEquals(await readStatus(space), report);
  assertEquals(`${ended.stdout}${ended.stderr}`.includes(PASSWORD), false);
});

clusterTest(
  "a Secret as the status object has every output, also those under a secret's name",
  async (space) => {
    await createStatusObject(space, "Secret");
    const ended = await run(await runnerEnv(space, spec(), { RUNNER_STATUS_REPORTER: "secret" }));
    assertEquals(ended.code, 0, ended.stderr);
    const status = JSON.parse(atob((await read(statusRef(space, "Secret"))).data.status));
    assertEquals([status.outputs, status.outputsWithheld], [{ parameters: OUTPUTS }, undefined]);
    assertEquals(`${ended.stdout}${ended.stderr}`.includes(PASSWORD), false);
  },
);

clusterTest("words of a failure are masked for real secrets only", async (space) => {
  await createStatusObject(space);
  const ended = await run(await runnerEnv(space, spec(3)));
  assertEquals(ended.code, 10, ended.stderr);
  assertObjectMatch(reportOf(ended).failure, { exitCode: 3, logTail: ["prod took 4096 tokens with ***"] });
  assertStringIncludes(ended.stderr, "prod took 4096 tokens with ***");
});
