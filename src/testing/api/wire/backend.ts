/**
 * What the verbs of the embedded API work on.
 *
 * @module
 */
import type { RoleRule } from "./role_rule.ts";
import type { ObjectDeletion } from "../objects/object_deletion.ts";
import type { ObjectStore } from "../objects/object_store.ts";
import type { ObjectWrites } from "../objects/object_writes.ts";
import type { PodLogs } from "../objects/pod_logs.ts";
import type { Timer } from "./timer.ts";
import type { WatchStream } from "./watch_stream.ts";

/** What the verbs work on. */
export interface Backend {
  store: ObjectStore;
  writes: ObjectWrites;
  deletion: ObjectDeletion;
  logs: PodLogs;
  timer: Timer;
  watches: Set<WatchStream>;
  rules: readonly RoleRule[] | undefined;
  /** The client's name. */
  user: string;
}
