/**
 * What `check` asks the API server.
 *
 * @module
 */
import { type CheckItem, notChecked } from "./check_item.ts";
import { checkObjectSize, checkStatusSize, checkTimes } from "./check_object.ts";
import { checkPod } from "./check_pod.ts";
import { checkRbac } from "./check_rbac.ts";
import { checkAccount, checkIdentity, checkNamespace, whoAmI } from "./check_server.ts";
import { checkStatus, dryRun } from "./check_work.ts";
import type { OpenedRun } from "./opened_run.ts";
import { rbacOfRun } from "./rbac_of_run.ts";
import type { CheckedManifest } from "./check_manifest.ts";

/** The items that take settings and an API server, in their order. */
export const ON_SERVER =
  "identity, kind, name, namespace, status object, dry run, account, access, size, times";

/** Checks what takes settings and an API server. The items come in the order of {@linkcode ON_SERVER}. */
export async function itemsOnServer(run: OpenedRun, manifest: CheckedManifest): Promise<CheckItem[]> {
  const { checked } = manifest;
  const { context, kube, reporter, runner: { withoutAccount }, signal } = run;
  const isFound = checked?.found?.existing !== undefined;
  const user = await whoAmI(kube, signal);
  const status = await checkStatus(reporter, { ...run, isFound });
  const validated = await dryRunItem(run, manifest);
  const account = await checkAccount(kube, user, { context, withoutAccount, signal });
  const isProven = isFound || validated.state === "ok" || run.status.length > 0;
  const { namespace } = context.platform;
  return [
    checkIdentity(user, context),
    checked?.kind ?? withoutManifest("kind"),
    checked?.name ?? withoutManifest("name"),
    await checkNamespace(kube, { namespace, isProven, signal }),
    status,
    validated,
    account,
    ...account.state === "missing" ? [] : await podItems(run),
    ...await rbacItems(run, { user, manifest }),
    ...run.status.slice(0, 1).map(checkStatusSize),
    ...workItems(run),
  ];
}

async function rbacItems(
  { context, kube, reporter, runner, signal }: OpenedRun,
  { user, manifest }: { user: string | undefined; manifest: CheckedManifest },
): Promise<CheckItem[]> {
  const rules = rbacOfRun(runner, reporter, context, manifest.input?.manifest);
  const items = await checkRbac(kube, rules, { context, user, signal });
  if (runner.rbac) return items;
  return [notChecked("access", `the runner ${runner.name} does not tell what it needs`), ...items];
}

/** The size and the times of the object that the dry run would have stored. */
function workItems({ captured: [object], context }: OpenedRun): CheckItem[] {
  if (!object) return ["size", "times"].map((item) => notChecked(item, "there was no dry run"));
  return [checkObjectSize(object), checkTimes(object, context.timeoutMs)];
}

async function podItems({ context, kube, signal, captured }: OpenedRun): Promise<CheckItem[]> {
  const [object] = captured;
  const item = object && await checkPod(kube, object, { context, signal });
  return item ? [item] : [];
}

async function dryRunItem(run: OpenedRun, { input, checked }: CheckedManifest): Promise<CheckItem> {
  if (!input) return withoutManifest("dry run");
  const { found, name } = checked ?? {};
  if (found?.existing) return notChecked("dry run", "the work is there already");
  if (name?.reason === "NameTaken") return notChecked("dry run", "the name comes first");
  const tried = await dryRun(run.runner, { ...input, found }, run);
  const isTried = tried.state !== "ok" || run.captured.length > 0;
  return isTried ? tried : notChecked("dry run", `the runner ${run.runner.name} had nothing to try`);
}

function withoutManifest(item: string): CheckItem {
  return notChecked(item, "the manifest comes first");
}
