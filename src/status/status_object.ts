/**
 * Writes a run's status into one key of an object that the engine has created.
 *
 * @module
 */
import type { Clock } from "../time/clock.ts";
import { RunError } from "../errors.ts";
import { type JsonObject, objectAt } from "../text/json.ts";
import { isFault } from "../kube/api_error.ts";
import { clockOf, type KubeClient, type ObjectRef, pluralOf } from "../kube/client.ts";
import { dryRunClient } from "../kube/dry_run_client.ts";
import { BEFORE_CREATE } from "../object/fault_rules.ts";
import { retry } from "../object/retry.ts";
import { type Log, silentLog } from "../io/log.ts";
import type { ReportInput, StatusReporter } from "../runner.ts";
import { fitStatus } from "./fit_status.ts";

/** Options of the reporters that write into an object. */
export interface StatusObjectOptions {
  /** The client's clock by default. */
  clock?: Clock;
  /** Logs problems; by default they are not logged. */
  log?: Log;
}

/** How to put the status into one kind of object. */
export interface StatusObjectKind {
  kind: "ConfigMap" | "Secret";
  /** The field with the keys: the API server turns a Secret's `stringData` into `data`. */
  field: "data" | "stringData";
  /** Makes the status that this kind of object gets. */
  select: (status: JsonObject) => JsonObject;
}

/** The key of the status, as Capact's engine reads it. */
const STATUS_KEY = "status";
/** How long the object may be missing at the start, milliseconds: the engine may still be creating it. */
const MISSING_MS = 15_000;
/** How long to retry a PATCH after conflicts, milliseconds: the API server has already tried each PATCH five times. */
const CONFLICT_MS = 10_000;
/** How often to try a PUT after conflicts: https://github.com/kubernetes/client-go/blob/v0.34.4/util/retry/util.go */
const MAX_CONFLICTS = 5;

const WRITE_RULES = { ...BEFORE_CREATE, conflict: { forMs: CONFLICT_MS, then: "RefusedByApi" as const } };

/** A reporter that writes into the object named after the run. The object must exist: the reporter never creates it. */
export function statusObjectReporter(
  kube: KubeClient,
  kind: StatusObjectKind,
  options: StatusObjectOptions = {},
): StatusReporter {
  const { log = silentLog } = options;
  const clock = clockOf(kube, options);
  return {
    check: ({ context, signal }) => {
      const rules = { ...WRITE_RULES, notFound: { forMs: MISSING_MS, then: "TargetMissing" as const } };
      const ref = refOf(context, kind);
      const place = { kube, ref, kind, signal };
      return retry(() => tryStatus(place, log), { clock, log, signal, rules }).catch((error) => {
        throw withPlace(error, ref);
      });
    },
    report: ({ context, signal }, status) => {
      const place = { kube, ref: refOf(context, kind), kind, signal };
      return retry(() => writeStatus(place, status), { clock, log, signal, rules: WRITE_RULES });
    },
    rbac: ({ name }) => [{
      apiGroup: "",
      resource: pluralOf({ apiVersion: "v1", kind: kind.kind }),
      name,
      verbs: ["patch"],
      orVerbs: ["get", "update"],
      purpose: "to write the status",
    }],
  };
}

function refOf(context: ReportInput["context"], { kind }: StatusObjectKind): ObjectRef {
  return { apiVersion: "v1", kind, name: context.name, namespace: context.platform.namespace };
}

/** The API server gives the same answer for a missing object and for a missing namespace. */
function withPlace(error: unknown, { kind, name, namespace }: ObjectRef): unknown {
  if (!(error instanceof RunError) || error.reason !== "TargetMissing") return error;
  const message =
    `There is no ${kind} "${name}" for the status in namespace "${namespace}", or no such namespace`;
  return new RunError(error.reason, message, { cause: error });
}

/** Where a status is written, and how. */
interface Place {
  kube: KubeClient;
  ref: ObjectRef;
  kind: StatusObjectKind;
  signal: AbortSignal;
}

/** A policy may refuse only dry runs. Then a real write that changes nothing shows whether writes are allowed. */
async function tryStatus(place: Place, log: Log): Promise<void> {
  try {
    await writeStatus({ ...place, kube: dryRunClient(place.kube) }, {});
  } catch (error) {
    if (!isFault(error, "denied", "noDryRun")) throw error;
    await writeValues(place, {});
    log.warn(`the dry run of the status is refused, a write without changes is not: ${error.message}`);
  }
}

async function writeStatus(place: Place, status: JsonObject): Promise<void> {
  await writeValues(place, { [STATUS_KEY]: JSON.stringify(fitStatus(place.kind.select(status))) });
}

/** A PATCH of these keys needs no resourceVersion and rarely conflicts; a PUT follows if the Role forbids PATCH. */
async function writeValues(place: Place, values: Record<string, string>): Promise<void> {
  const { kube, ref, kind, signal } = place;
  try {
    await kube.mergePatch(ref, { [kind.field]: values }, { signal });
  } catch (error) {
    if (!isFault(error, "forbidden")) throw error;
    await putStatus(place, values, error);
  }
}

async function putStatus(
  { kube, ref, kind: { field }, signal }: Place,
  values: Record<string, string>,
  patchError: Error,
): Promise<void> {
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
    try {
      const object = await kube.get(ref, { signal });
      await kube.replace({ ...object, [field]: { ...objectAt(object, field), ...values } }, { signal });
      return;
    } catch (error) {
      // The error that people see must be about `patch`, the verb that the Role should allow.
      if (isFault(error, "forbidden")) throw patchError;
      if (!isFault(error, "conflict")) throw error;
    }
  }
  throw new RunError(
    "RefusedByApi",
    `Cannot replace ${ref.kind} "${ref.name}": others write it all the time`,
  );
}
