/**
 * The pods of the work: what holds them up, why they failed, and what they print.
 *
 * @module
 */
export {
  type EventSubject,
  eventTime,
  newestEvent,
  readWarnings,
  type WarningEvents,
  warningEvents,
} from "./events.ts";
export { explainPod, type ExplainPodOptions, type NoiseFilter, type PodFindings } from "./explain_pod.ts";
export { explainPods, type ExplainPodsOptions } from "./explain_pods.ts";
export { FollowedPods, type FollowedPodsOptions, type PodStream } from "./follow_pods.ts";
export { aHold, deletionHold, type Hold, type HoldOptions, type NamedObject, saidOfHold } from "./hold.ts";
export {
  listPodsUnderWay,
  podHolds,
  type PodSelector,
  type PodsUnderWay,
  unlessForbidden,
} from "./list_pods.ts";
export { containersOf, endedBadly, hasRun, type PodProblem, podProblem } from "./pod_problem.ts";
export { type PodHoldOptions } from "./pod_hold.ts";
export { tellOfHolds, type TellOfHoldsOptions } from "./tell_of_holds.ts";
