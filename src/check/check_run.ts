/**
 * Whether a run would do: everything is looked at, and nothing is created.
 *
 * @module
 */
import { rbacOfRun } from "./rbac_of_run.ts";
import { type Clock, systemClock } from "../time/clock.ts";
import type { Config } from "../config/config.ts";
import { InvalidInputError } from "../errors.ts";
import type { Reason } from "../exit_codes.ts";
import type { JsonObject } from "../text/json.ts";
import type { KubeClient, KubeObject } from "../kube/client.ts";
import { silentLog } from "../io/log.ts";
import type { ActionRunner, FindInput, RunnerFactory, StatusReporter } from "../runner.ts";
import type { Mask } from "../io/secrets.ts";
import { openReporter } from "../status/open_reporter.ts";
import { checkRbac } from "./check_rbac.ts";
import { type CheckItem, missing, notChecked, ok, warning } from "./check_item.ts";
import { checkObjectSize, checkStatusSize, checkTimes } from "./check_object.ts";
import { checkPod } from "./check_pod.ts";
import { checkAccount, checkIdentity, checkNamespace, checkServer, whoAmI } from "./check_server.ts";
import {
  type CheckedName,
  checkStatus,
  type CheckWorkOptions,
  dryRun,
  findWork,
  warningLog,
} from "./check_work.ts";
import { probeClient } from "./probe_client.ts";

/** What is checked. */
export interface CheckInput {
  /** The settings, or what is wrong with them. */
  config: Config | InvalidInputError;
  /** The API server's URL, or why there is none. */
  server: { url: string } | { problem: string };
  /** A client for it; where there is none, one whose requests all fail. */
  kube: KubeClient;
  /** Makes the runner. */
  runner: RunnerFactory;
  /** Reads and parses the manifest. Throws an `InvalidInputError` if it is none. */
  readManifest: (path: string) => Promise<JsonObject>;
  /** Hides secrets; the runner may add to it. */
  mask: Mask;
  /** Gives up. */
  signal: AbortSignal;
  /** The real clock by default. */
  clock?: Clock;
}

/** What takes settings and an API server, in the order in which it is told. */
const ON_SERVER = "identity, kind, name, namespace, status object, dry run, account, access, size, times";

/**
 * Looks at everything that a run needs, in the order in which it would meet it: the first item that is missing tells
 * how the run would end.
 *
 * @throws The signal's reason when that is aborted
 */
export async function checkRun(input: CheckInput): Promise<CheckItem[]> {
  const items = await allItems(input);
  // What failed because of the signal is not missing.
  input.signal.throwIfAborted();
  return items;
}

async function allItems(input: CheckInput): Promise<CheckItem[]> {
  const { config } = input;
  const server = await serverItem(input);
  if (config instanceof InvalidInputError) {
    const problems = config.problems.map((problem) => missing("settings", problem, "InvalidInput"));
    return [...problems, server, notChecked("all else", `the settings come first: manifest, ${ON_SERVER}`)];
  }
  const run = openRun(input, config);
  const manifest = await readManifest(input, run);
  const rest = server.state === "ok"
    ? await itemsOnServer(run, manifest)
    : [notChecked("all else", `the API server comes first: ${ON_SERVER}`)];
  return [...settingsItems(config), ...manifest.items, ...manifest.warnings, server, ...rest];
}

/** What a run would meet first of all that is missing. */
export function firstMissing(items: CheckItem[]): CheckItem | undefined {
  return items.find(({ state }) => state === "missing");
}

/** How a run would end: `Succeeded` where nothing is missing. */
export function reasonOfItems(items: CheckItem[]): Reason {
  return firstMissing(items)?.reason ?? "Succeeded";
}

async function serverItem({ kube, server, signal }: CheckInput): Promise<CheckItem> {
  if ("problem" in server) return missing("API server", server.problem, "InvalidInput");
  return await checkServer(probeClient(kube), { url: server.url, signal });
}

function settingsItems({ context, warnings }: Config): CheckItem[] {
  const { name, platform: { namespace, serviceAccountName } } = context;
  const message = `"${name}" in "${namespace}", its work under the service account "${serviceAccountName}"`;
  return [ok("settings", message), ...warnings.map((line) => warning("settings", line))];
}

/** A run's parts, with clients that only look. */
interface OpenedRun extends CheckWorkOptions {
  manifestPath: string;
  kube: KubeClient;
  runner: ActionRunner;
  reporter: StatusReporter;
  /** What the runner would have stored. */
  captured: KubeObject[];
  /** What the reporter would have stored. */
  status: KubeObject[];
}

function openRun(input: CheckInput, { context, manifestPath, reporter }: Config): OpenedRun {
  const { clock = systemClock, kube, signal } = input;
  const captured: KubeObject[] = [];
  const status: KubeObject[] = [];
  const forRunner = probeClient(kube, (object) => captured.push(object));
  return {
    context,
    manifestPath,
    clock,
    signal,
    kube: probeClient(kube),
    runner: input.runner(forRunner, forRunner),
    reporter: openReporter(reporter, probeClient(kube, (object) => status.push(object)), () => silentLog),
    captured,
    status,
  };
}

interface Manifest {
  items: CheckItem[];
  /** What the runner warns of, until the end. */
  warnings: CheckItem[];
  /** What the runner's steps get; absent where the manifest is no use. */
  input?: Omit<FindInput, "signal">;
  checked?: CheckedName;
}

/** Reads the manifest and has the runner look at it: that takes no API server. */
async function readManifest(input: CheckInput, run: OpenedRun): Promise<Manifest> {
  const { context, manifestPath } = run;
  const warnings: CheckItem[] = [];
  const problems = ({ problems }: InvalidInputError) => ({
    items: problems.map((problem) => missing("manifest", problem, "InvalidInput")),
    warnings,
  });
  try {
    const manifest = await input.readManifest(manifestPath);
    const find = { context, manifest, mask: input.mask, log: warningLog("manifest", warnings) };
    const checked = await findWork(run.runner, find, run);
    return checked instanceof InvalidInputError
      ? problems(checked)
      : { items: [ok("manifest", manifestPath)], warnings, input: find, checked };
  } catch (error) {
    if (error instanceof InvalidInputError) return problems(error);
    throw error;
  }
}

async function itemsOnServer(run: OpenedRun, manifest: Manifest): Promise<CheckItem[]> {
  const { checked } = manifest;
  const { context, kube, reporter, runner, signal, status, captured } = run;
  const user = await whoAmI(kube, signal);
  const isFound = checked?.found?.existing !== undefined;
  const written = await checkStatus(reporter, { ...run, isFound });
  const validated = await dryRunItem(run, manifest);
  const account = await checkAccount(kube, user, {
    context,
    withoutAccount: runner.withoutAccount,
    signal,
  });
  const isProven = isFound || validated.state === "ok" || status.length > 0;
  const { namespace } = context.platform;
  return [
    checkIdentity(user, context),
    checked?.kind ?? withoutManifest("kind"),
    checked?.name ?? withoutManifest("name"),
    await checkNamespace(kube, { namespace, isProven, signal }),
    written,
    validated,
    account,
    ...account.state === "missing" ? [] : await podItems(run),
    ...runner.rbac ? [] : [notChecked("access", `the runner ${runner.name} does not tell what it needs`)],
    ...await checkRbac(kube, rbacOfRun(runner, reporter, context, manifest.input?.manifest), {
      context,
      user,
      signal,
    }),
    ...status.slice(0, 1).map(checkStatusSize),
    ...captured.slice(0, 1).flatMap((
      object,
    ) => [checkObjectSize(object), checkTimes(object, context.timeoutMs)]),
    ...captured.length === 0 ? ["size", "times"].map((item) => notChecked(item, "there was no dry run")) : [],
  ];
}

async function podItems({ context, kube, signal, captured }: OpenedRun): Promise<CheckItem[]> {
  const [object] = captured;
  const item = object && await checkPod(kube, object, { context, signal });
  return item ? [item] : [];
}

async function dryRunItem(run: OpenedRun, { input, checked }: Manifest): Promise<CheckItem> {
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
