/**
 * A real etcd that stands still or is killed, under a real API server.
 *
 * @module
 */
import { RunningProgram } from "../../../../lab/compiled_program.ts";
import type { FaultRow, RowOnControlPlane } from "../../fault_row.ts";
import { must } from "../../lab/checks.ts";
import type { Rig } from "../../lab/rig.ts";
import { sleep, until } from "../../lab/waiting.ts";
import { endOfWatched, finishWhenWatched, finishWork, startWatching } from "../../lab/watched_run.ts";
import { forwardAndForget, onCreate, onFirst } from "../../proxy/proxy_rules.ts";
import { isList, isStatusWrite } from "../../proxy/requests.ts";
import type { ControlPlane } from "../../servers/control_plane.ts";

/** How long etcd stands still, where the runner's own deadlines are longer, milliseconds. */
const STOP_MS = 10_000;
/** How long etcd stands still, where the runner gives a create up after 30 s, milliseconds. */
const LONG_STOP_MS = 40_000;
/** How long etcd is away after it was killed, milliseconds. */
const AWAY_MS = 5_000;

/** Does something while etcd is in trouble; resolves when both are over. */
type Trouble = (plane: ControlPlane, use: () => Promise<unknown>) => Promise<void>;

/** Etcd stands still for so long. */
function stoppedFor(ms: number): Trouble {
  return async ({ etcd }, use) => {
    await etcd.stop();
    await Promise.all([sleep(ms).then(() => etcd.kill("SIGCONT")), use()]);
  };
}

const stopped = stoppedFor(STOP_MS);

/** Etcd is killed and comes back after some time. */
const killed: Trouble = async ({ etcd }, use) => {
  etcd.kill("SIGKILL");
  await etcd.ended();
  await Promise.all([sleep(AWAY_MS).then(() => etcd.restart()), use()]);
};

/** A row whose etcd is in trouble, and which ends in one object that has succeeded unless it says otherwise. */
function etcdRow(
  name: string,
  scenario: RowOnControlPlane["scenario"],
  row: Partial<RowOnControlPlane> = {},
): FaultRow {
  return {
    row: 28,
    onControlPlane: true,
    name: `a real etcd ${name}`,
    exitCode: 0,
    objects: 1,
    scenario,
    ...row,
  };
}

/** Breaks the runner's connections and waits until it has asked what became of its object. */
async function breakConnections(rig: Rig): Promise<void> {
  const asked = rig.request(isList);
  rig.proxy.cutAll();
  await asked;
}

/** A row whose etcd is in trouble while the runner waits; the work ends after that. */
function waitRow(name: string, trouble: Trouble): FaultRow {
  return etcdRow(name, async (rig, plane) => {
    const watched = await startWatching(rig);
    await trouble(plane, () => breakConnections(rig));
    return await finishWork(rig, watched);
  });
}

/** A row whose etcd is in trouble when the create is due. */
function createRow(name: string, trouble: Trouble): FaultRow {
  return etcdRow(name, async (rig, plane) => {
    rig.proxy.rule = onCreate(1, (exchange) => trouble(plane, () => exchange.pass()));
    const outcome = await finishWhenWatched(rig, rig.start());
    // The API server may have told of a failure, whether etcd has stored the object or not.
    const { items } = await rig.cluster.find(rig.collectionPath) as { items: unknown[] };
    return { ...outcome, objects: items.length };
  });
}

export const rows: FaultRow[] = [
  etcdRow("stands still for 10 s at the start: the run begins when it goes on", async (rig, plane) => {
    let run!: RunningProgram;
    await stopped(plane, () => {
      run = rig.start();
      return rig.request(() => true);
    });
    return await finishWhenWatched(rig, run);
  }),
  waitRow("stands still for 10 s in the wait: the verdict", stopped),
  waitRow("is killed in the wait and comes back after 5 s: the verdict", killed),
  etcdRow(
    "stands still for 10 s, and the work ends as soon as it goes on: the verdict",
    async (rig, plane) => {
      const watched = await startWatching(rig);
      await stopped(plane, () => Promise.all([breakConnections(rig), rig.finish("Failed")]));
      return await endOfWatched(watched);
    },
    { exitCode: 10 },
  ),
  createRow("stands still for 10 s at the create: one object, and the verdict", stopped),
  createRow(
    "stands still at the create until the runner has given it up: one object, and the verdict",
    stoppedFor(LONG_STOP_MS),
  ),
  createRow("is killed before the create and comes back after 5 s: one object, and the verdict", killed),
  etcdRow(
    "is killed after the create, before its reply, and comes back: the object is adopted",
    async (rig, plane) => {
      rig.proxy.rule = onCreate(1, async (exchange) => {
        await forwardAndForget(exchange);
        await killed(plane, () => Promise.resolve(exchange.cut()));
      });
      return await finishWhenWatched(rig, rig.start());
    },
  ),
  etcdRow("stands still for 10 s at the final report: it is written after that", async (rig, plane) => {
    const watched = await startWatching(rig);
    await until("the first report", () => rig.status());
    rig.proxy.rule = onFirst(
      1,
      ({ seen }) => isStatusWrite(seen),
      (exchange) => stopped(plane, () => exchange.pass()),
    );
    const outcome = await finishWork(rig, watched);
    must((await rig.status())?.phase === "Succeeded", "the status object has the verdict");
    return outcome;
  }),
];
