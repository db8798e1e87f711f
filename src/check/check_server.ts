/**
 * Whether there is an API server, and which user the runner is.
 *
 * @module
 */
import { messageOf } from "../errors.ts";
import { textAt } from "../text/json.ts";
import { isFault } from "../kube/api_error.ts";
import type { KubeClient } from "../kube/client.ts";
import type { ActionRunner, ExecutionContext } from "../runner.ts";
import { type CheckItem, missing, notChecked, ok, reasonBeforeCreate, warning } from "./check_item.ts";

/** Asks the API server at `url` for its version. */
export async function checkServer(
  kube: KubeClient,
  { url, signal }: { url: string; signal: AbortSignal },
): Promise<CheckItem> {
  const item = "API server";
  try {
    const { gitVersion } = await kube.ask("/version", { signal });
    return ok(item, `${url}, version ${gitVersion}`);
  } catch (error) {
    if (isFault(error, "forbidden")) return ok(item, `${url}, which does not tell its version`);
    return missing(item, messageOf(error), reasonBeforeCreate(error));
  }
}

/** The user name of a service account. */
export function accountUser({ namespace, serviceAccountName }: ExecutionContext["platform"]): string {
  return `system:serviceaccount:${namespace}:${serviceAccountName}`;
}

/** Asks the API server for the runner's user name; `undefined` if it does not tell. */
export async function whoAmI(kube: KubeClient, signal: AbortSignal): Promise<string | undefined> {
  const question = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
  try {
    const path = `/apis/${question.apiVersion}/selfsubjectreviews`;
    const answer = await kube.ask(path, { question, signal });
    return textAt(answer, "status", "userInfo", "username") || undefined;
  } catch {
    return undefined;
  }
}

/** Compares the runner's user with the service account of the work. */
export function checkIdentity(user: string | undefined, { platform }: ExecutionContext): CheckItem {
  const item = "identity";
  if (user === undefined) return notChecked(item, "the API server does not tell who the runner is");
  const account = accountUser(platform);
  if (user === account) return ok(item, `${user}, as the work`);
  return warning(item, `${user}, and the work is ${account}; an engine starts both under one account`);
}

/** Options of {@linkcode checkAccount}. */
export interface CheckAccountOptions {
  context: ExecutionContext;
  /** How a run without the account ends. */
  withoutAccount?: ActionRunner["withoutAccount"];
  signal: AbortSignal;
}

/** Checks whether the work's service account exists. */
export async function checkAccount(
  kube: KubeClient,
  user: string | undefined,
  { context: { platform, timeoutMs }, withoutAccount = "WorkFailed", signal }: CheckAccountOptions,
): Promise<CheckItem> {
  const item = "account";
  const { namespace, serviceAccountName: name } = platform;
  if (user === accountUser(platform)) return ok(item, name);
  try {
    await kube.get({ apiVersion: "v1", kind: "ServiceAccount", name, namespace }, {
      metadataOnly: true,
      signal,
    });
    return ok(item, name);
  } catch (error) {
    if (!isFault(error, "notFound")) return notChecked(item, messageOf(error));
    const isEndless = withoutAccount === "TimedOut" && timeoutMs === undefined;
    const waits = withoutAccount === "TimedOut"
      ? `, which waits for it${isEndless ? " without end" : ""}`
      : "";
    const hint = `kubectl -n ${namespace} create serviceaccount ${name}`;
    const found = missing(
      item,
      `there is no service account "${name}" for the work${waits}: ${hint}`,
      withoutAccount,
    );
    return isEndless ? { ...found, isEndless } : found;
  }
}

/** Checks whether the namespace exists. `isProven`: another answer has shown that already. */
export async function checkNamespace(
  kube: KubeClient,
  { namespace, isProven, signal }: { namespace: string; isProven: boolean; signal: AbortSignal },
): Promise<CheckItem> {
  const item = "namespace";
  try {
    const { metadata } = await kube.get({
      apiVersion: "v1",
      kind: "Namespace",
      name: namespace,
      namespace: "",
    }, {
      metadataOnly: true,
      signal,
    });
    if (metadata.deletionTimestamp === undefined) return ok(item, namespace);
    return missing(item, `"${namespace}" is being deleted`, "TargetMissing");
  } catch (error) {
    if (isProven) return ok(item, namespace);
    if (!isFault(error, "namespaceMissing")) return notChecked(item, messageOf(error));
    return missing(
      item,
      `there is no "${namespace}": kubectl create namespace ${namespace}`,
      "TargetMissing",
    );
  }
}
