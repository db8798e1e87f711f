/**
 * What all runners have in common whose work is one object.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../text/json.ts";
import type { KubeClient, KubeObject, ObjectMeta } from "../kube/client.ts";
import { createNew, type OwnObject } from "../object/create_or_adopt.ts";
import { preflightCreate } from "../object/preflight_create.ts";
import { type CreateOptions, findOwn } from "../object/find_own.ts";
import { STOPPED_BY_ANNOTATION } from "../object/ownership.ts";
import type { WaitTarget } from "../object/wait_for_object.ts";
import type {
  ActionRunner,
  ExecutionContext,
  StartOutput,
  StepInput,
  StopInput,
  WorkRef,
} from "../runner.ts";
import type { ParsedWork } from "./manifest_forms.ts";
import { workRef } from "./work_ref.ts";

/** What is particular to one kind of object. */
export interface ObjectRunnerOptions {
  /** Makes the object of a manifest; throws an `InvalidInputError` if it is none of this kind's. */
  parse: (manifest: JsonObject, context: ExecutionContext) => ParsedWork;
  /** The key of the runner's status: `jobRef` for `{jobRef: {name, namespace}}`. */
  statusKey: string;
  /** Whether a whole object shows its verdict. */
  hasEnded: (object: KubeObject) => boolean;
  /**
   * Whether metadata claims an end, for kinds whose labels tell it: the whole object is asked for only then. Without it
   * each look is at the whole object.
   */
  mayHaveEnded?: (metadata: ObjectMeta) => boolean;
  /** The label selector of a whole object's pods, where it does not follow from its name or uid. */
  podSelectorOf?: (object: KubeObject) => string | undefined;
  /** What the proof of ownership is taken of; by default the object as the manifest has it. */
  hashed?: (() => JsonValue) | undefined;
}

/** The steps of a runner up to the wait. */
export interface ObjectRunnerSteps extends Required<Pick<ActionRunner, "find" | "preflight" | "start">> {
  /** What to wait for. */
  targetOf(started: StartOutput): WaitTarget;
}

/**
 * The steps of a runner that creates one object, named after the context, or adopts that of an earlier start.
 *
 * @example
 * ```ts ignore
 * const { targetOf, ...steps } = objectRunnerSteps(kube, { parse, statusKey: "podRef", hasEnded });
 * ```
 */
export function objectRunnerSteps(kube: KubeClient, options: ObjectRunnerOptions): ObjectRunnerSteps {
  const { parse, hasEnded, mayHaveEnded, hashed, podSelectorOf, statusKey } = options;
  /** The object as it was last read. */
  let seen: KubeObject | undefined;
  /** The version that our own create left behind: the only one of an object that may be watched from. */
  let createdVersion: string | undefined;

  function createOptions({ context, signal, log }: StepInput): CreateOptions {
    const options = { owner: context, signal, log, hasEnded, mayHaveEnded };
    return { ...options, ...(hashed ? { hashed: hashed() } : {}) };
  }

  function toWorkRef(created: OwnObject): WorkRef {
    seen = created.object;
    const isClaim = mayHaveEnded?.(seen.metadata) ?? true;
    const podSelector = podSelectorOf?.(seen);
    return {
      ...workRef(kube, created, isClaim && hasEnded(seen)),
      ...(podSelector ? { podSelector } : {}),
    };
  }

  return {
    async find({ manifest, ...step }) {
      const { object, warnings } = parse(manifest, step.context);
      for (const warning of warnings) step.log.warn(warning);
      const existing = await findOwn(kube, object, createOptions(step));
      return existing && toWorkRef({ object: existing, adopted: true });
    },

    async preflight({ manifest, ...step }) {
      await preflightCreate(kube, parse(manifest, step.context).object, createOptions(step));
    },

    async start({ manifest, existing, ...step }) {
      const { object } = parse(manifest, step.context);
      const { name, namespace } = object.metadata;
      const status = { [statusKey]: { name, namespace } };
      if (existing) return { status, object: existing };
      const created = await createNew(kube, object, createOptions(step));
      createdVersion = created.adopted ? undefined : created.object.metadata.resourceVersion;
      return { status, object: toWorkRef(created) };
    },

    targetOf: ({ object }) => ({ ...object!, createdVersion, seen }),
  };
}

/**
 * Changes the spec of a run's object so that the work ends, and leaves word on it of why: no other object of the name
 * is touched.
 *
 * @returns the object as it is then
 */
export async function stopByPatch(
  kube: KubeClient,
  { started, reason, signal }: StopInput,
  spec: JsonObject,
): Promise<KubeObject> {
  const object = started.object!;
  // With another uid than the object's the API server refuses.
  const metadata = { uid: object.uid, annotations: { [STOPPED_BY_ANNOTATION]: reason } };
  return await kube.mergePatch(object, { metadata, spec }, { signal });
}
