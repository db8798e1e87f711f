/**
 * Simulates the Job controller: the command of a Job's first container decides how the Job ends.
 *
 * @module
 */
import type { EmbeddedApi, StoredObject } from "../../src/testing/mod.ts";

/** A manifest whose Job succeeds (`true`), fails (`false`), or runs until its deadline (`sleep`). */
export function aManifest(command: "true" | "false" | "sleep", more: Record<string, number> = {}) {
  return {
    ...more,
    template: { spec: { restartPolicy: "Never", containers: [{ name: "main", command: [command] }] } },
  };
}

/** Runs the Jobs of an embedded API until `close()`. */
export function simulatedJobs(api: EmbeddedApi): { close(): void } {
  const forget = api.observe(({ type, resource, object }) => {
    // Later, so that all observers hear of this change first.
    if (type !== "DELETED" && resource.kind === "Job") queueMicrotask(() => operate(api, object.metadata));
  });
  return { close: () => void forget() };
}

function operate(api: EmbeddedApi, { namespace = "", name }: StoredObject["metadata"]): void {
  const job = api.find("Job", namespace, name);
  if (!job) return;
  if (job.metadata.deletionTimestamp !== undefined) return void api.remove("Job", namespace, name);
  if (!job.status?.startTime) return void api.patch("Job", namespace, name, { status: started() });
  if (job.status.conditions) {
    if (job.spec?.ttlSecondsAfterFinished === 0) api.delete("Job", namespace, name);
    return;
  }
  const conditions = endOf(job);
  if (conditions) api.patch("Job", namespace, name, { status: { active: 0, conditions } });
}

function started() {
  return { active: 1, startTime: new Date().toISOString() };
}

function endOf({ spec }: StoredObject) {
  const { template, activeDeadlineSeconds } = spec as ReturnType<typeof aManifest> & Record<string, unknown>;
  const command = template.spec.containers[0]?.command[0];
  if (activeDeadlineSeconds !== undefined) return [aCondition("Failed", "DeadlineExceeded")];
  if (command === "true") return [aCondition("Complete", "CompletionsReached")];
  return command === "false" ? [aCondition("Failed", "BackoffLimitExceeded")] : undefined;
}

function aCondition(type: "Complete" | "Failed", reason: string) {
  return { type, status: "True", reason, message: "", lastTransitionTime: new Date().toISOString() };
}
