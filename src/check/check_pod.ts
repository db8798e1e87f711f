/**
 * Whether the API server accepts the pods that the work's controller will create.
 *
 * @module
 */
import { messageOf } from "../errors.ts";
import { isJsonObject, objectAt, valueAt } from "../text/json.ts";
import { isFault } from "../kube/api_error.ts";
import type { KubeClient, KubeObject } from "../kube/client.ts";
import type { ExecutionContext } from "../runner.ts";
import { type CheckItem, missing, ok } from "./check_item.ts";

/** What RBAC answers; admission refuses with the same code and another text. */
const NO_RIGHT = /cannot create resource "pods"/;

/**
 * Has the API server validate, by a dry run, a pod as the work's controller will create it: a quota, PodSecurity or a
 * webhook may refuse it long after the work was accepted. `undefined` if the work has no pod template, in a dry run, or
 * if the user may not create pods, which a run need not.
 *
 * @param kube stores nothing
 */
export async function checkPod(
  kube: KubeClient,
  work: KubeObject,
  { context: { dryRun, timeoutMs }, signal }: { context: ExecutionContext; signal: AbortSignal },
): Promise<CheckItem | undefined> {
  const pod = podOf(work);
  if (!pod || dryRun) return undefined;
  try {
    await kube.create(pod, { signal });
    return ok("pods", "the API server accepts a pod of the work");
  } catch (error) {
    const text = messageOf(error);
    const isRefused = isFault(error, "forbidden", "quota", "denied", "webhook", "invalid");
    if (!isRefused || NO_RIGHT.test(text)) return undefined;
    const isEndless = timeoutMs === undefined;
    const waits = `its controller tries again and again, and the run waits${isEndless ? " without end" : ""}`;
    const item = missing("pods", `${text}: ${waits}`, "TimedOut");
    return isEndless ? { ...item, isEndless } : item;
  }
}

function podOf({ metadata, spec }: KubeObject): KubeObject | undefined {
  const template = objectAt(spec, "template");
  const podSpec = template.spec;
  if (!isJsonObject(podSpec) || !Array.isArray(valueAt(podSpec, "containers"))) return undefined;
  const { namespace = "", name = "" } = metadata;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...objectAt(template, "metadata"), name: `${name.slice(0, 57)}-check`, namespace },
    spec: podSpec,
  };
}
