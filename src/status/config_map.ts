/**
 * The status in a ConfigMap.
 *
 * @module
 */
import { isJsonObject, type JsonObject } from "../text/json.ts";
import type { KubeClient } from "../kube/client.ts";
import type { StatusReporter } from "../runner.ts";
import { type StatusObjectOptions, statusObjectReporter } from "./status_object.ts";

/** A reporter that writes the key `status` of the ConfigMap named after the run. */
export function configMapReporter(kube: KubeClient, options: StatusObjectOptions = {}): StatusReporter {
  return statusObjectReporter(kube, { kind: "ConfigMap", field: "data", select: withoutLogs }, options);
}

/** Leaves the log out: a user who may read the ConfigMap may not be allowed to read the logs of pods. */
function withoutLogs(status: JsonObject): JsonObject {
  if (!isJsonObject(status.failure)) return status;
  const { logTail: _logTail, ...failure } = status.failure;
  return { ...status, failure };
}
