/**
 * Writing a run's status into one key of an object that the engine made.
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
  /** The client's by default. */
  clock?: Clock;
  /** Where trouble is told; nowhere by default. */
  log?: Log;
}

/** How the status is put into one kind of object. */
export interface StatusObjectKind {
  kind: "ConfigMap" | "Secret";
  /** The field with the keys: the API server turns a Secret's `stringData` into `data`. */
  field: "data" | "stringData";
  /** What of the status goes there. */
  select: (status: JsonObject) => JsonObject;
}

/** The key of the status, as Capact's engine reads it. */
const STATUS_KEY = "status";
/** How long the object may be missing at the start, milliseconds: who starts the runner may still be creating it. */
const MISSING_MS = 15_000;
/** How long a PATCH that met other writers is sent again, milliseconds: the API server has tried five times itself. */
const CONFLICT_MS = 10_000;
/** How often a PUT is tried when others write too: https://github.com/kubernetes/client-go/blob/v0.34.4/util/retry/util.go */
const MAX_CONFLICTS = 5;

const WRITE_RULES = { ...BEFORE_CREATE, conflict: { forMs: CONFLICT_MS, then: "RefusedByApi" as const } };

/** A reporter that writes into the object named after the run. It must exist: it is never created. */
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

/** The API server says the same of a missing object and of an object in a missing namespace. */
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

/** A policy may refuse dry runs alone: then a write that changes nothing tells whether one may be made. */
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

/** A patch of these keys needs no resourceVersion, so it hardly meets a conflict; PUT is for Roles that forbid it. */
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
      // What is wanted is `patch`: that is what people are to be told.
      if (isFault(error, "forbidden")) throw patchError;
      if (!isFault(error, "conflict")) throw error;
    }
  }
  throw new RunError(
    "RefusedByApi",
    `Cannot replace ${ref.kind} "${ref.name}": others write it all the time`,
  );
}
