/**
 * What each fault means for a run: for how long it is tried again, and how the run ends when it lasts.
 *
 * @module
 */
import type { Reason } from "../exit_codes.ts";
import type { Fault } from "../kube/api_error.ts";

/** What to do about a fault. */
export interface FaultRule {
  /** For how long, in milliseconds, to try again; 0: not at all. */
  forMs: number;
  /** How the run ends when the fault lasts longer. */
  then: Reason;
}

const MINUTE = 60_000;

/** Before and at the creation of the work: somebody waits for a quick answer, and nothing is lost by giving up. */
export const BEFORE_CREATE: Record<Fault, FaultRule> = {
  refused: { forMs: 2 * MINUTE, then: "ApiUnreachable" },
  tls: { forMs: MINUTE / 2, then: "InvalidInput" },
  credentials: { forMs: 0, then: "InvalidInput" },
  broken: { forMs: 2 * MINUTE, then: "ApiUnreachable" },
  server: { forMs: 2 * MINUTE, then: "ApiUnreachable" },
  webhook: { forMs: 2 * MINUTE, then: "ApiUnreachable" },
  throttled: { forMs: 2 * MINUTE, then: "ApiUnreachable" },
  // A new token is seen by the API server within 10 s, a new Role within seconds: whoever starts the runner may
  // still be creating them.
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
 * While the work runs: to give up is to lose the verdict, so almost everything is waited out, and no reason may say
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
  // Of a read of one name these all say the same: the object is not there, which is a sighting and no failure.
  notFound: { forMs: 0, then: "ObjectGone" },
  namespaceMissing: { forMs: 2_000, then: "ObjectGone" },
  namespaceTerminating: { forMs: 0, then: "ObjectGone" },
};
