/**
 * The steps of every runner whose work is one object.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../text/json.ts";
import type { KubeClient, KubeObject, ObjectMeta } from "../kube/client.ts";
import { createNew } from "../object/create_or_adopt.ts";
import { preflightCreate } from "../object/preflight_create.ts";
import { type CreateOptions, findOwn } from "../object/find_own.ts";
import { STOPPED_BY_ANNOTATION } from "../object/ownership.ts";
import type { ActionRunner, ExecutionContext, Found, StepInput, StopInput, WorkRef } from "../runner.ts";
import type { ParsedWork } from "./manifest_forms.ts";
import { workRef } from "./work_ref.ts";

/** The functions for one kind of object. */
export interface ObjectRunnerOptions {
  /** Makes the object from a manifest; throws an `InvalidInputError` if the manifest is for another kind. */
  parse: (manifest: JsonObject, context: ExecutionContext) => ParsedWork;
  /** The key of the runner's status: `jobRef` gives `{jobRef: {name, namespace}}`. */
  statusKey: string;
  /** Whether a whole object shows its verdict. */
  hasEnded: (object: KubeObject) => boolean;
  /**
   * Whether metadata claims an end, for kinds whose labels show it: only then the runner reads the whole object. Without
   * this function every request reads the whole object.
   */
  mayHaveEnded?: ((metadata: ObjectMeta) => boolean) | undefined;
  /** The label selector of a whole object's pods, if it does not follow from the object's name or uid. */
  podSelectorOf?: ((object: KubeObject) => string | undefined) | undefined;
}

/** The object for a run to create. */
export interface WantedObject {
  /** The object as the API server gets it, but without the marks of its owner. */
  object: KubeObject;
  /** The value whose hash proves the ownership; the object by default. */
  hashed?: JsonValue | undefined;
}

/** What `find` of {@linkcode objectRunnerSteps} returns. */
export interface ObjectFound extends Found, WantedObject {}

/** A runner's steps before the wait. */
export interface ObjectRunnerSteps
  extends Required<Pick<ActionRunner<ObjectFound>, "find" | "preflight" | "start">> {
  /** Gets the object of an earlier start. For a runner that makes the object itself instead of using `find`. */
  findExisting(wanted: WantedObject, step: StepInput): Promise<WorkRef | undefined>;
}

/**
 * The steps of a runner that creates one object, named after the context, or adopts the object of an earlier start.
 *
 * @example
 * ```ts ignore
 * const steps = objectRunnerSteps(kube, { parse, statusKey: "podRef", hasEnded });
 * ```
 */
export function objectRunnerSteps(kube: KubeClient, options: ObjectRunnerOptions): ObjectRunnerSteps {
  const { parse, hasEnded, mayHaveEnded, podSelectorOf, statusKey } = options;

  function createOptions({ hashed }: WantedObject, { context, signal, log }: StepInput): CreateOptions {
    return { owner: context, signal, log, hasEnded, mayHaveEnded, hashed };
  }

  function refOf(object: KubeObject, adopted: boolean): WorkRef {
    const isClaim = mayHaveEnded?.(object.metadata) ?? true;
    return {
      ...workRef(kube, { object, adopted }, isClaim && hasEnded(object)),
      podSelector: podSelectorOf?.(object),
      // The version of an adopted object's create is unknown.
      createdVersion: adopted ? undefined : object.metadata.resourceVersion,
      seen: object,
    };
  }

  async function findExisting(wanted: WantedObject, step: StepInput): Promise<WorkRef | undefined> {
    const existing = await findOwn(kube, wanted.object, createOptions(wanted, step));
    return existing && refOf(existing, true);
  }

  return {
    findExisting,

    async find({ manifest, ...step }) {
      const { object, warnings } = parse(manifest, step.context);
      for (const warning of warnings) step.log.warn(warning);
      return { object, existing: await findExisting({ object }, step) };
    },

    async preflight({ manifest, found, ...step }) {
      const wanted = found ?? parse(manifest, step.context);
      await preflightCreate(kube, wanted.object, createOptions(wanted, step));
    },

    async start({ found, ...step }) {
      const { name, namespace } = found.object.metadata;
      const status = { [statusKey]: { name, namespace } };
      if (found.existing) return { status, object: found.existing };
      const created = await createNew(kube, found.object, createOptions(found, step));
      return { status, object: refOf(created.object, created.adopted) };
    },
  };
}

/**
 * Changes the spec of a run's object so that the work ends, and writes the reason into the object. It never changes
 * another object of that name.
 *
 * @returns the changed object
 */
export async function stopByPatch(
  kube: KubeClient,
  { started, reason, signal }: StopInput,
  spec: JsonObject,
): Promise<KubeObject> {
  const object = started.object!;
  // The API server refuses the patch if the object has another uid.
  const metadata = { uid: object.uid, annotations: { [STOPPED_BY_ANNOTATION]: reason } };
  return await kube.mergePatch(object, { metadata, spec }, { signal });
}
