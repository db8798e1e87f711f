/**
 * Certificates and rights that change while the runner waits, or were never all there.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { JsonObject } from "../../../../../src/mod.ts";
import { checkSaid, checkWithin, type Course, endOf, finishWork, startWatching } from "../../lab/courses.ts";
import type { FaultRow } from "../../fault_row.ts";
import { JOB } from "../../works/job.ts";
import type { Seen } from "../../proxy/proxy.ts";
import { isGet } from "../../proxy/requests.ts";
import { type Rig, sleep, until } from "../../lab/rig.ts";
import { STATUS_RULE, workRules } from "../../lab/rules.ts";
import { certificate } from "../../../../lab/certificate.ts";
import { NAME, type Work } from "../../works/work.ts";
import { WORKFLOW } from "../../works/workflow.ts";

/** Has the server come back with a certificate of another CA, which the runner learns 5 s later. */
async function rotateCa(rig: Rig, course: Course, publish: (ca: string) => Promise<void>) {
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
  const outcome = await endOf(course);
  checkSaid(outcome.ended, /certificate/i);
  checkWithin(outcome, 16);
  return outcome;
}

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

/** Lets the runner poll for some time, and ends the work. */
async function finishWhilePolling(rig: Rig, course: Course, isPoll: (seen: Seen) => boolean) {
  const from = rig.proxy.seen.length;
  await sleep(22_000);
  const polls = rig.proxy.seen.slice(from).filter(isPoll);
  const others = rig.proxy.seen.slice(from).filter((seen) => !isPoll(seen));
  assert(polls.length >= 3 && polls.length <= 6, `${polls.length} looks in 22 s`);
  assert(others.length <= 2, `${others.length} other requests in 22 s`);
  const outcome = await finishWork(rig, course);
  const warnings = outcome.ended.stderr.split("looking each 5 s instead").length - 1;
  assert(warnings === 1, `${warnings} warnings, expected one:\n${outcome.ended.stderr}`);
  checkWithin(outcome, 7);
  return outcome;
}

export const rows: FaultRow[] = [
  {
    row: 4,
    name:
      "the server comes back with a certificate of another CA, ca.crt is rewritten 5 s later: the verdict comes",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const course = await startWatching(rig);
      return await rotateCa(rig, course, (ca) => Deno.writeTextFile(`${rig.folder}/ca.crt`, ca));
    },
  },
  {
    row: 4,
    name: "the CA is rotated as a kubelet does, by a link to a new folder: the verdict comes",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      await publishAsKubelet(rig.folder, "first", certificate("first").ca);
      await Deno.remove(`${rig.folder}/ca.crt`);
      await Deno.symlink("..data/ca.crt", `${rig.folder}/ca.crt`);
      const course = await startWatching(rig);
      return await rotateCa(rig, course, async (ca) => {
        await publishAsKubelet(rig.folder, "second", ca);
        await Deno.remove(`${rig.folder}/..first`, { recursive: true });
      });
    },
  },
  {
    row: 46,
    name: "the rights are taken away, the watch breaks, and they come back after 20 s: the verdict comes",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const course = await startWatching(rig);
      const giveBack = await revoke(rig);
      rig.proxy.cutAll();
      await forbidden(rig);
      await rig.finish();
      await sleep(20_000);
      await giveBack();
      const outcome = await endOf(course);
      checkWithin(outcome, 17);
      return outcome;
    },
  },
  {
    row: 46,
    name:
      "the watch outlives the rights and tells of the end, 20 s before the runner may look at it: the verdict comes",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const course = await startWatching(rig);
      const giveBack = await revoke(rig);
      await rig.finish();
      await forbidden(rig);
      await sleep(20_000);
      await giveBack();
      const outcome = await endOf(course);
      checkWithin(outcome, 17);
      return outcome;
    },
  },
  {
    row: 47,
    name: "no right to watch: a look each 5 s, and one warning",
    exitCode: 0,
    objects: 1,
    rules: rulesWith("create", "get", "list", "patch"),
    async scenario(rig) {
      return await finishWhilePolling(rig, await startWatching(rig), isGet);
    },
  },
  {
    row: 47,
    name: "no right but to create and get: a look each 5 s, and one warning",
    exitCode: 0,
    objects: 1,
    // Helm's runner lists its Jobs to find those of other runs.
    works: [WORKFLOW, JOB],
    rules: rulesWith("create", "get"),
    async scenario(rig) {
      return await finishWhilePolling(rig, await startWatching(rig), isGet);
    },
  },
  {
    row: 47,
    name: "no right but to create and get, on a further start: a look each 5 s, and one warning",
    exitCode: 0,
    objects: 1,
    // Helm's runner lists its Jobs to find those of other runs.
    works: [WORKFLOW, JOB],
    rules: rulesWith("create", "get"),
    async scenario(rig) {
      const { run, uid } = await startWatching(rig);
      run.kill("SIGKILL");
      await run.ended;
      const next = { run: rig.start(), uid };
      await rig.request(isGet);
      return await finishWhilePolling(rig, next, isGet);
    },
  },
];
