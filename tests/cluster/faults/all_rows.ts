/**
 * Every row of the table of faults that is injected against the compiled programs.
 *
 * @module
 */
import { rows as access } from "./rows/rights/access.ts";
import { rows as adopt } from "./rows/start/adopt.ts";
import { rows as answers } from "./rows/start/answers.ts";
import { rows as create } from "./rows/start/create.ts";
import { rows as credentials } from "./rows/rights/credentials.ts";
import { rows as definition } from "./rows/start/definition.ts";
import { rows as etcdRestored } from "./rows/wait/etcd_restored.ts";
import { rows as etcdStopped } from "./rows/wait/etcd_stopped.ts";
import { rows as endless } from "./rows/wait/endless.ts";
import { rows as events } from "./rows/wait/events.ts";
import { rows as gone } from "./rows/wait/gone.ts";
import { rows as ignoredSignal } from "./rows/process/ignored_signal.ts";
import { rows as internalError } from "./rows/process/internal_error.ts";
import { rows as labels } from "./rows/wait/labels.ts";
import { rows as memory } from "./rows/process/memory.ts";
import { rows as noPlace } from "./rows/start/no_place.ts";
import { rows as noServer } from "./rows/start/no_server.ts";
import { rows as quota } from "./rows/start/quota.ts";
import { rows as refused } from "./rows/start/refused.ts";
import { rows as restart } from "./rows/process/restart.ts";
import { rows as restored } from "./rows/wait/restored.ts";
import { rows as server } from "./rows/wait/server.ts";
import { rows as serverAnswers } from "./rows/wait/server_answers.ts";
import { rows as signals } from "./rows/process/signals.ts";
import { rows as signalsOutside } from "./rows/process/signals_outside.ts";
import { rows as silence } from "./rows/wait/silence.ts";
import { rows as status } from "./rows/rights/status.ts";
import { rows as statusWriters } from "./rows/rights/status_writers.ts";
import { rows as stopped } from "./rows/wait/stopped.ts";
import { rows as streams } from "./rows/process/streams.ts";
import { rows as timeout } from "./rows/wait/timeout.ts";
import { rows as values } from "./rows/start/values.ts";
import { rows as watch } from "./rows/wait/watch.ts";
import type { FaultRow, WorkRow } from "./fault_row.ts";
import { WORKS } from "./works/all_works.ts";
import { RELEASE } from "./works/release.ts";
import type { Work } from "./works/work.ts";
import { WORKFLOW } from "./works/workflow.ts";

/** Rows that each runner brings about with a kind of its own: creating, adopting and waiting. */
const OF_EACH: FaultRow[] = [...adopt, ...create, ...gone, ...restart, ...values, ...watch];

/** Further rows of that, which a runner that is composed of another one has from that one. */
const OF_EACH_KIND: FaultRow[] = [
  ...access,
  ...answers,
  ...endless,
  ...events,
  ...labels,
  ...noPlace,
  ...quota,
  ...refused,
  ...restored,
  ...server,
  ...serverAnswers,
  ...silence,
  ...stopped,
  ...timeout,
];

/** Rows of what all runners share: the way to the API server, status, signals, streams, memory. */
const OF_ALL: FaultRow[] = [
  ...credentials,
  ...definition,
  ...etcdRestored,
  ...etcdStopped,
  ...ignoredSignal,
  ...internalError,
  ...memory,
  ...noServer,
  ...signals,
  ...signalsOutside,
  ...status,
  ...statusWriters,
  ...streams,
];

/** All rows, in the table's order, for one work after another. */
export const ALL_ROWS: WorkRow[] = WORKS.flatMap((work) =>
  [...OF_EACH, ...OF_EACH_KIND, ...OF_ALL]
    .filter(({ works }) => works?.includes(work) ?? true)
    .sort((a, b) => a.row - b.row)
    .map((row) => ({ ...row, work, isRepeat: isRepeat(row, work) }))
);

function isRepeat(row: FaultRow, work: Work): boolean {
  if (work === RELEASE) return !OF_EACH.includes(row);
  return work !== WORKFLOW && OF_ALL.includes(row);
}
