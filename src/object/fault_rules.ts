/**
 * What each fault means for a run: for how long the run tries again, and how it ends when the fault lasts.
 *
 * @module
 */
import type { Reason } from "../exit_codes.ts";
import type { Fault } from "../kube/api_error.ts";

/** What to do about a fault. */
export interface FaultRule {
  /** For how long to try again, in milliseconds; 0: not at all. */
  forMs: number;
  /** How the run ends when the fault lasts longer. */
  then: Reason;
}

const MINUTE = 60_000;

/** Before and at the creation of the work: people wait for a quick answer, and giving up loses nothing. */
export const BEFORE_CREATE: Record<Fault, FaultRule> = {
  refused: { forMs: 2 * MINUTE, then: "ApiUnreachable" },
  tls: { forMs: MINUTE / 2, then: "InvalidInput" },
  credentials: { forMs: 0, then: "InvalidInput" },
  broken: { forMs: 2 * MINUTE, then: "ApiUnreachable" },
  server: { forMs: 2 * MINUTE, then: "ApiUnreachable" },
  webhook: { forMs: 2 * MINUTE, then: "ApiUnreachable" },
  throttled: { forMs: 2 * MINUTE, then: "ApiUnreachable" },
  // The API server sees a new token within 10 s and a new Role within seconds: they may be created at the same time as
  // the runner.
  unauthorized: { forMs: MINUTE, then: "NotAllowed" },
  forbidden: { forMs: MINUTE / 4, then: "NotAllowed" },
  quota: { forMs: 2 * MINUTE, then: "QuotaExceeded" },
  quotaConflict: { forMs: MINUTE / 6, then: "QuotaExceeded" },
  kindMissing: { forMs: MINUTE / 6, then: "TargetMissing" },
  namespaceMissing: { forMs: 2_000, then: "TargetMissing" },
  namespaceTerminating: { forMs: 0, then: "TargetMissing" },
  notFound: { forMs: 0, then: "TargetMissing" },
  exists: { forMs: 0, then: "NameTaken" },
  conflict: { forMs: 0, then: "RefusedByApi" },
  expired: { forMs: 0, then: "RefusedByApi" },
  denied: { forMs: 0, then: "RefusedByApi" },
  noDryRun: { forMs: 0, then: "RefusedByApi" },
  tooLarge: { forMs: 0, then: "RefusedByApi" },
  invalid: { forMs: 0, then: "RefusedByApi" },
};

const LONG_OUTAGE: FaultRule = { forMs: 15 * MINUTE, then: "ApiUnreachable" };
const REFUSED_ACCESS: FaultRule = { forMs: 5 * MINUTE, then: "AccessLost" };

/**
 * While the work runs: giving up loses the verdict, so the run waits through almost every fault, and no reason may say
 * that nothing was created.
 */
export const WHILE_WAITING: Record<Fault, FaultRule> = {
  refused: LONG_OUTAGE,
  broken: LONG_OUTAGE,
  server: LONG_OUTAGE,
  webhook: LONG_OUTAGE,
  throttled: LONG_OUTAGE,
  kindMissing: LONG_OUTAGE,
  expired: LONG_OUTAGE,
  tls: { forMs: 15 * MINUTE, then: "AccessLost" },
  credentials: { forMs: 15 * MINUTE, then: "AccessLost" },
  unauthorized: { forMs: MINUTE, then: "AccessLost" },
  forbidden: REFUSED_ACCESS,
  denied: REFUSED_ACCESS,
  noDryRun: REFUSED_ACCESS,
  quota: REFUSED_ACCESS,
  quotaConflict: REFUSED_ACCESS,
  conflict: REFUSED_ACCESS,
  exists: REFUSED_ACCESS,
  tooLarge: REFUSED_ACCESS,
  invalid: REFUSED_ACCESS,
  // A read of one name gives these when the object is not there, which is a sighting and no failure.
  notFound: { forMs: 0, then: "ObjectGone" },
  namespaceMissing: { forMs: 2_000, then: "ObjectGone" },
  namespaceTerminating: { forMs: 0, then: "ObjectGone" },
};
