/**
 * Every row of the table of faults that is injected against the compiled programs.
 *
 * @module
 */
import type { FaultRow, WorkRow } from "./fault_row.ts";
import { RELEASE } from "./release.ts";
import { rows as access } from "./rows_access.ts";
import { rows as adopt } from "./rows_adopt.ts";
import { rows as answers } from "./rows_answers.ts";
import { rows as create } from "./rows_create.ts";
import { rows as credentials } from "./rows_credentials.ts";
import { rows as definition } from "./rows_definition.ts";
import { rows as etcdRestored } from "./rows_etcd_restored.ts";
import { rows as etcdStopped } from "./rows_etcd_stopped.ts";
import { rows as endless } from "./rows_endless.ts";
import { rows as events } from "./rows_events.ts";
import { rows as gone } from "./rows_gone.ts";
import { rows as ignoredSignal } from "./rows_ignored_signal.ts";
import { rows as internalError } from "./rows_internal_error.ts";
import { rows as labels } from "./rows_labels.ts";
import { rows as memory } from "./rows_memory.ts";
import { rows as noPlace } from "./rows_no_place.ts";
import { rows as noServer } from "./rows_no_server.ts";
import { rows as quota } from "./rows_quota.ts";
import { rows as refused } from "./rows_refused.ts";
import { rows as restart } from "./rows_restart.ts";
import { rows as restored } from "./rows_restored.ts";
import { rows as server } from "./rows_server.ts";
import { rows as serverAnswers } from "./rows_server_answers.ts";
import { rows as signals } from "./rows_signals.ts";
import { rows as signalsOutside } from "./rows_signals_outside.ts";
import { rows as silence } from "./rows_silence.ts";
import { rows as status } from "./rows_status.ts";
import { rows as statusWriters } from "./rows_status_writers.ts";
import { rows as stopped } from "./rows_stopped.ts";
import { rows as streams } from "./rows_streams.ts";
import { rows as timeout } from "./rows_timeout.ts";
import { rows as values } from "./rows_values.ts";
import { rows as watch } from "./rows_watch.ts";
import type { Work } from "./work.ts";
import { WORKFLOW } from "./workflow.ts";
import { WORKS } from "./works.ts";

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
