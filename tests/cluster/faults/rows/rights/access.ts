/**
 * Certificates and rights that change while the runner waits, or were never all there.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { JsonObject } from "../../../../../src/mod.ts";
import { certificate } from "../../../../lab/certificate.ts";
import type { Expectation, FaultRow } from "../../fault_row.ts";
import { must } from "../../lab/checks.ts";
import { STATUS_RULE, workRules } from "../../lab/rbac_rules.ts";
import type { Rig } from "../../lab/rig.ts";
import { sleep, until } from "../../lab/waiting.ts";
import { isGet } from "../../proxy/requests.ts";
import { JOB } from "../../works/job.ts";
import { NAME, type Work } from "../../works/work.ts";
import { WORKFLOW } from "../../works/workflow.ts";

/** Has the server come back with a certificate of another CA, which the runner learns 5 s later. */
async function rotateCa(rig: Rig, publish: (ca: string) => Promise<void>): Promise<void> {
  const { ca, ...second } = certificate("second");
  rig.proxy.refuse();
  // The port is free a moment later.
  await sleep(500);
  rig.proxy.open(second);
  const from = rig.proxy.seen.length;
  await rig.finish();
  await sleep(5_000);
  assert(rig.proxy.seen.length === from, "nothing was sent to a server whose certificate is not trusted");
  await publish(ca);
}

const ROTATED: Expectation = { says: [/certificate/i], within: 16 };

/** Publishes a file as a kubelet does: a folder for each version, and a link that is switched over. */
async function publishAsKubelet(folder: string, version: string, ca: string): Promise<void> {
  await Deno.mkdir(`${folder}/..${version}`);
  await Deno.writeTextFile(`${folder}/..${version}/ca.crt`, ca);
  await Deno.symlink(`..${version}`, `${folder}/..data_tmp`);
  await Deno.rename(`${folder}/..data_tmp`, `${folder}/..data`);
}

function bindingsPath({ namespace }: Rig): string {
  return `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`;
}

/** Takes the runner's rights away; returns what gives them back. */
async function revoke(rig: Rig): Promise<() => Promise<unknown>> {
  const path = `${bindingsPath(rig)}/${NAME}`;
  const { roleRef, subjects } = await rig.cluster.find(path) as JsonObject;
  await (await rig.cluster.request("DELETE", path)).body?.cancel();
  // The authorizer hears of it a moment later.
  await sleep(500);
  return () => rig.cluster.create(bindingsPath(rig), { metadata: { name: NAME }, roleRef, subjects });
}

async function forbidden(rig: Rig): Promise<unknown> {
  return await until("a request is forbidden", () => rig.proxy.seen.some(({ status }) => status === 403));
}

/** A runner's rules with these verbs on its work. */
function rulesWith(...verbs: string[]) {
  return (work: Work): JsonObject[] => [...workRules(work, verbs), STATUS_RULE];
}

/** Lets the runner poll for some time. */
async function letPoll(rig: Rig): Promise<void> {
  const from = rig.proxy.seen.length;
  await sleep(22_000);
  const polls = rig.proxy.seen.slice(from).filter(isGet);
  const others = rig.proxy.seen.slice(from).filter((seen) => !isGet(seen));
  must(polls.length >= 3 && polls.length <= 6, `3 to 6 GETs in 22 s (there were ${polls.length})`);
  must(others.length <= 2, `at most 2 other requests in 22 s (there were ${others.length})`);
}

const POLLED: Expectation = {
  within: 7,
  also(_rig, { ended: { stderr } }) {
    const warnings = stderr.split("looking each 5 s instead").length - 1;
    must(warnings === 1, `there is one warning (there were ${warnings})\n${stderr}`);
  },
};

export const rows: FaultRow[] = [
  {
    row: 4,
    name:
      "the server comes back with a certificate of another CA, ca.crt is rewritten 5 s later: the verdict comes",
    exitCode: 0,
    objects: 1,
    at: "wait",
    trouble: (rig) => rotateCa(rig, (ca) => Deno.writeTextFile(`${rig.folder}/ca.crt`, ca)),
    act: "nothing",
    expect: ROTATED,
  },
  {
    row: 4,
    name: "the CA is rotated as a kubelet does, by a link to a new folder: the verdict comes",
    exitCode: 0,
    objects: 1,
    at: "start",
    async trouble({ folder }) {
      await publishAsKubelet(folder, "first", certificate("first").ca);
      await Deno.remove(`${folder}/ca.crt`);
      await Deno.symlink("..data/ca.crt", `${folder}/ca.crt`);
    },
    act: (rig) =>
      rotateCa(rig, async (ca) => {
        await publishAsKubelet(rig.folder, "second", ca);
        await Deno.remove(`${rig.folder}/..first`, { recursive: true });
      }),
    expect: ROTATED,
  },
  {
    row: 46,
    name: "the rights are taken away, the watch breaks, and they come back after 20 s: the verdict comes",
    exitCode: 0,
    objects: 1,
    at: "wait",
    async trouble(rig) {
      const giveBack = await revoke(rig);
      rig.proxy.cutAll();
      await forbidden(rig);
      await rig.finish();
      await sleep(20_000);
      await giveBack();
    },
    act: "nothing",
    expect: { within: 17 },
  },
  {
    row: 46,
    name:
      "the watch outlives the rights and tells of the end, 20 s before the runner may look at it: the verdict comes",
    exitCode: 0,
    objects: 1,
    at: "wait",
    async trouble(rig) {
      const giveBack = await revoke(rig);
      await rig.finish();
      await forbidden(rig);
      await sleep(20_000);
      await giveBack();
    },
    act: "nothing",
    expect: { within: 17 },
  },
  {
    row: 47,
    name: "no right to watch: a look each 5 s, and one warning",
    exitCode: 0,
    objects: 1,
    rules: rulesWith("create", "get", "list", "patch"),
    at: "wait",
    trouble: letPoll,
    expect: POLLED,
  },
  {
    row: 47,
    name: "no right but to create and get: a look each 5 s, and one warning",
    exitCode: 0,
    objects: 1,
    // Helm's runner lists its Jobs to find those of other runs.
    works: [WORKFLOW, JOB],
    rules: rulesWith("create", "get"),
    at: "wait",
    trouble: letPoll,
    expect: POLLED,
  },
  {
    row: 47,
    name: "no right but to create and get, on a further start: a look each 5 s, and one warning",
    exitCode: 0,
    objects: 1,
    // Helm's runner lists its Jobs to find those of other runs.
    works: [WORKFLOW, JOB],
    rules: rulesWith("create", "get"),
    at: "restart",
    async act(rig) {
      await rig.request(isGet);
      await letPoll(rig);
      await rig.finish();
    },
    expect: POLLED,
  },
];
