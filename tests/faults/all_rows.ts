/**
 * Every row of the table of faults that is injected against the compiled programs.
 *
 * @module
 */
import type { FaultRow, WorkRow } from "./fault_row.ts";
import { rows as access } from "./rows_access.ts";
import { rows as adopt } from "./rows_adopt.ts";
import { rows as answers } from "./rows_answers.ts";
import { rows as create } from "./rows_create.ts";
import { rows as credentials } from "./rows_credentials.ts";
import { rows as definition } from "./rows_definition.ts";
import { rows as etcdRestored } from "./rows_etcd_restored.ts";
import { rows as etcdStopped } from "./rows_etcd_stopped.ts";
import { rows as events } from "./rows_events.ts";
import { rows as gone } from "./rows_gone.ts";
import { rows as internalError } from "./rows_internal_error.ts";
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
import { rows as streams } from "./rows_streams.ts";
import { rows as timeout } from "./rows_timeout.ts";
import { rows as values } from "./rows_values.ts";
import { rows as watch } from "./rows_watch.ts";
import { WORKS } from "./works.ts";

/** Every row; those that are not for each kind of work say for which they are. */
const ROWS: FaultRow[] = [
  ...access,
  ...adopt,
  ...answers,
  ...create,
  ...credentials,
  ...definition,
  ...etcdRestored,
  ...etcdStopped,
  ...events,
  ...gone,
  ...internalError,
  ...memory,
  ...noPlace,
  ...noServer,
  ...quota,
  ...refused,
  ...restart,
  ...restored,
  ...server,
  ...serverAnswers,
  ...signals,
  ...signalsOutside,
  ...silence,
  ...status,
  ...statusWriters,
  ...streams,
  ...timeout,
  ...values,
  ...watch,
];

/** All rows, in the table's order, for one work after another. */
export const ALL_ROWS: WorkRow[] = WORKS.flatMap((work) =>
  ROWS
    .filter(({ works }) => works?.includes(work) ?? true)
    .sort((a, b) => a.row - b.row)
    .map((row) => ({ ...row, work }))
);
