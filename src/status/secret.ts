/**
 * The status in a Secret.
 *
 * @module
 */
import type { KubeClient } from "../kube/client.ts";
import type { StatusReporter } from "../runner.ts";
import { type StatusObjectKind, type StatusObjectOptions, statusObjectReporter } from "./status_object.ts";

/** A reporter that writes the key `status` of the Secret named after the run. */
export function secretReporter(kube: KubeClient, options: StatusObjectOptions = {}): StatusReporter {
  const kind: StatusObjectKind = { kind: "Secret", field: "stringData", select: (status) => status };
  return { ...statusObjectReporter(kube, kind, options), confidential: true };
}
