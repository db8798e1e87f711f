/**
 * The Job controller as far as a runner sees it: a Job ends by what its first container's command says.
 *
 * @module
 */
import type { EmbeddedApi, StoredObject } from "../../src/testing/mod.ts";

/** A manifest whose Job ends so: `true` succeeds, `false` fails, `sleep` runs until its deadline. */
export function aManifest(command: "true" | "false" | "sleep", more: Record<string, number> = {}) {
  return {
    ...more,
    template: { spec: { restartPolicy: "Never", containers: [{ name: "main", command: [command] }] } },
  };
}

/** Runs the Jobs of an embedded API until `close()`. */
export function simulatedJobs(api: EmbeddedApi): { close(): void } {
  const forget = api.observe(({ type, resource, object }) => {
    // Later, since a change is not over before all its observers know of it.
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
