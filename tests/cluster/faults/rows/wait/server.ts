/**
 * The life of real API servers: killed, stopped, ended, held up.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Upstream } from "../../../lab/admin_client.ts";
import { RunningProgram } from "../../../../lab/compiled_program.ts";
import type { FaultRow, Outcome, OutcomePastProxy } from "../../fault_row.ts";
import { mustReportTheObject } from "../../lab/checks.ts";
import type { Rig } from "../../lab/rig.ts";
import { endOf, sleep, until, within } from "../../lab/waiting.ts";
import { isWatch } from "../../proxy/requests.ts";
import { type ApiServer, withApiServer } from "../../servers/api_server.ts";
import { JOB } from "../../works/job.ts";
import { WORKFLOW } from "../../works/workflow.ts";

/** Those that run past the proxy as well: it is the proxy that keeps helm's Job from the built-in controller. */
export const WORKS_PAST_PROXY = [WORKFLOW, JOB];

/** Starts the runner on a server itself, past the proxy, and waits until it watches. */
export async function startDirect(rig: Rig, { server }: Upstream): Promise<RunningProgram> {
  await Deno.writeTextFile(`${rig.folder}/ca.crt`, rig.cluster.ca);
  await rig.pointTo(server);
  const run = rig.start();
  // The first report is written right before the wait begins.
  await until("the first report", () => rig.status());
  await sleep(1_000);
  return run;
}

/** Waits for the end of a run past the proxy, which must tell of the one object that is there. */
export async function endOfDirect(
  rig: Rig,
  run: RunningProgram,
  verdictAt: number,
): Promise<OutcomePastProxy> {
  const ended = await endOf(run, 120_000);
  await mustReportTheObject(rig, ended);
  assertEquals((ended.report?.object as { adopted?: boolean }).adopted, false, ended.stderr);
  return { ended, verdictAt, objects: 1 };
}

/** Kills the server under a run, finishes the work, and starts it again after some time. */
function killed(seconds: number): FaultRow {
  return {
    row: 29,
    works: WORKS_PAST_PROXY,
    name: `the API server is killed and comes back after ${seconds} s, with the work finished: the verdict`,
    exitCode: 0,
    objects: 1,
    needs: ["apiserver"],
    scenario: (rig) =>
      withApiServer(rig.cluster, async (server) => {
        const run = await startDirect(rig, server.upstream);
        server.kill("SIGKILL");
        await server.ended();
        await rig.finish();
        await sleep(seconds * 1_000);
        await server.restart();
        return await endOfDirect(rig, run, performance.now());
      }),
  };
}

/** Ends a server behind the proxy, as a rolling update of the control plane does; the other one takes over. */
async function endUnder(rig: Rig, server: ApiServer): Promise<RunningProgram> {
  rig.proxy.upstream = server.upstream;
  const run = rig.start();
  await until("the server holds a watch", () => watches(rig).some(({ status }) => status === 200));
  server.kill("SIGTERM");
  rig.proxy.upstream = rig.cluster.upstream;
  return run;
}

/** Ends the work and waits for the verdict. */
async function finishAndEnd(rig: Rig, run: RunningProgram): Promise<Outcome> {
  await rig.finish();
  const verdictAt = performance.now();
  const ended = await endOf(run, 120_000);
  await mustReportTheObject(rig, ended);
  return { ended, verdictAt };
}

const watches = ({ proxy }: Rig) => proxy.seen.filter(isWatch);

/** Those that take a minute or more, and tell nothing of the kind, are run with one. */
export const rows: FaultRow[] = [
  killed(5),
  { ...killed(60), works: [WORKFLOW] },
  {
    row: 29,
    works: WORKS_PAST_PROXY,
    name: "the API server is killed three times in a row, the work fails meanwhile: the verdict",
    exitCode: 10,
    objects: 1,
    needs: ["apiserver"],
    scenario: (rig) =>
      withApiServer(rig.cluster, async (server) => {
        const run = await startDirect(rig, server.upstream);
        for (let time = 0; time < 2; time++) {
          server.kill("SIGKILL");
          await server.restart();
          await sleep(2_000);
        }
        server.kill("SIGKILL");
        await rig.finish("Failed");
        await server.restart();
        return await endOfDirect(rig, run, performance.now());
      }),
  },
  {
    row: 30,
    name: "the API server is ending and still holds the watch, another takes over: the verdict",
    exitCode: 0,
    objects: 1,
    needs: ["apiserver"],
    scenario: (rig) =>
      withApiServer(rig.cluster, async (server) => {
        const run = await endUnder(rig, server);
        await sleep(3_000);
        assertEquals(watches(rig).length, 1, "the watch was not held");
        return await finishAndEnd(rig, run);
      }),
  },
  {
    row: 30,
    name: "the API server has ended in good order, another has taken over: the verdict comes from that one",
    exitCode: 0,
    objects: 1,
    needs: ["apiserver"],
    works: [WORKFLOW],
    scenario: (rig) =>
      withApiServer(rig.cluster, async (server) => {
        const run = await endUnder(rig, server);
        await within(100_000, "the API server ends", server.ended());
        await until("a watch on the other one", () => watches(rig).length > 1);
        return await finishAndEnd(rig, run);
      }),
  },
  {
    row: 31,
    works: [WORKFLOW],
    name: "the API server sends GOAWAY at random: the runner does not speak HTTP/2 and meets none",
    exitCode: 0,
    objects: 1,
    needs: ["apiserver"],
    scenario: (rig) =>
      withApiServer(rig.cluster, async ({ upstream }) => {
        const run = await startDirect(rig, upstream);
        await rig.finish();
        return await endOfDirect(rig, run, performance.now());
      }, { flags: ["--goaway-chance=0.02"] }),
  },
  {
    row: 36,
    works: [WORKFLOW],
    name: "the API server is stopped and never answers, until it goes on: the verdict",
    exitCode: 0,
    objects: 1,
    needs: ["apiserver"],
    scenario: (rig) =>
      withApiServer(rig.cluster, async (server) => {
        const run = await startDirect(rig, server.upstream);
        await server.stop();
        await rig.finish();
        // Longer than the silence that the runner bears: it has looked and has not been answered.
        await sleep(75_000);
        const isOver = await within(1, "it has ended", run.ended).then(() => true, () => false);
        assert(!isOver, "it ended without an API server");
        server.kill("SIGCONT");
        return await endOfDirect(rig, run, performance.now());
      }),
  },
];
