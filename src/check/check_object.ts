/**
 * Whether the objects that a run would write are small enough, and whether its times fit together.
 *
 * @module
 */
import { formatDuration } from "../time/duration.ts";
import { objectAt, valueAt } from "../text/json.ts";
import type { KubeObject } from "../kube/client.ts";
import { MAX_STATUS_BYTES } from "../status/fit_status.ts";
import { MAX_STORED_BYTES } from "../io/parse_manifest.ts";
import { byteLength } from "../text/utf8.ts";
import { type CheckItem, missing, ok, warning } from "./check_item.ts";

/** A larger object leaves little room for its status, bytes. */
const LARGE_OBJECT_BYTES = 1024 * 1024;
/** Most bytes of all values of a ConfigMap or Secret: https://kubernetes.io/docs/concepts/configuration/configmap/ */
const MAX_DATA_BYTES = 1024 * 1024;

/** Checks the size of the work's object, as the API server would store it. */
export function checkObjectSize(object: KubeObject): CheckItem {
  const bytes = byteLength(JSON.stringify(object));
  const message = `${object.kind} of ${size(bytes)}, at most ${size(MAX_STORED_BYTES)} can be stored`;
  if (bytes > MAX_STORED_BYTES) return missing("size", message, "RefusedByApi");
  if (bytes > LARGE_OBJECT_BYTES) {
    return warning("size", `${message}: its status must find room in it as well`);
  }
  return ok("size", message);
}

/** Checks how much room the status object has for the report. */
export function checkStatusSize({ kind, data }: KubeObject): CheckItem {
  const texts = Object.entries(objectAt(data)).filter(([key]) => key !== "status");
  // A Secret's values are base64.
  const share = kind === "Secret" ? 3 / 4 : 1;
  const bytes = share * texts.reduce((sum, [, text]) => sum + byteLength(String(text)), 0);
  const message = `${kind} with ${size(bytes)} beside the report, at most ${
    size(MAX_DATA_BYTES)
  } can be stored`;
  if (bytes + MAX_STATUS_BYTES <= MAX_DATA_BYTES) return ok("size", message);
  return warning("size", `${message}: a report can have ${size(MAX_STATUS_BYTES)}; take something else out`);
}

/** Compares the run's time-out with the work's own deadline. */
export function checkTimes(object: KubeObject, timeoutMs: number | undefined): CheckItem {
  const seconds = valueAt(object, "spec", "activeDeadlineSeconds");
  const own = typeof seconds === "number"
    ? `activeDeadlineSeconds is ${seconds}`
    : "no activeDeadlineSeconds";
  const message = timeoutMs === undefined
    ? `no RUNNER_TIMEOUT, ${own}`
    : `RUNNER_TIMEOUT is ${formatDuration(timeoutMs)}, ${own}`;
  if (timeoutMs === undefined || typeof seconds !== "number" || seconds * 1_000 >= timeoutMs) {
    return ok("times", message);
  }
  return warning("times", `${message}: the work is ended before the run's time is up`);
}

function size(bytes: number): string {
  if (bytes < 1024) return `${Math.ceil(bytes)} B`;
  const kib = bytes / 1024;
  return kib < 1024 ? `${kib.toFixed(1)} KiB` : `${(kib / 1024).toFixed(1)} MiB`;
}
