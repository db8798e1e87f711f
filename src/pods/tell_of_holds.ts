/**
 * Telling, while work runs, of what keeps it from going on.
 *
 * @module
 */
import type { Clock } from "../time/clock.ts";
import { messageOf } from "../errors.ts";
import type { Log } from "../io/log.ts";
import { isFault } from "../kube/api_error.ts";
import { clockOf, type KubeClient } from "../kube/client.ts";
import { type Hold, holdKey, holdText } from "./hold.ts";

/** Options of {@linkcode tellOfHolds}. */
export interface TellOfHoldsOptions {
  /** Ends it. */
  signal: AbortSignal;
  /** Gets the warnings. */
  log: Log;
  /** The client's by default. */
  clock?: Clock | undefined;
}

/** When holds are read first, milliseconds: a shorter run makes no request for them. */
const FIRST_READ_MS = 45_000;
/** Time between two reads, milliseconds: beside the watch a run has two requests a minute. */
const READ_MS = 120_000;

/**
 * Logs a warning, once for each reason and object, about what keeps work from going on. It never ends a run, since
 * nodes, registries and people recover. It throws nothing, and stops when `findHolds` is forbidden to read.
 *
 * @param findHolds finds what holds the work up; called after 45 s, and then every 2 minutes
 */
export async function tellOfHolds(
  kube: KubeClient,
  findHolds: (signal: AbortSignal) => Promise<Hold[]>,
  options: TellOfHoldsOptions,
): Promise<void> {
  const { signal, log } = options;
  const clock = clockOf(kube, options);
  const told = new Set<string>();
  for (let waitMs = FIRST_READ_MS;; waitMs = READ_MS) {
    try {
      await clock.sleep(waitMs, signal);
      for (const hold of await findHolds(signal)) {
        const key = holdKey(hold);
        if (!told.has(key)) log.warn(holdText(hold));
        told.add(key);
      }
    } catch (error) {
      if (signal.aborted) return;
      log.debug(`Cannot look for what holds the work up: ${messageOf(error)}`);
      if (isFault(error, "forbidden")) return;
    }
  }
}
