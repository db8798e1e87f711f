/**
 * Creates a Workflow on an embedded API, with the faults that a test injects.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import { RunError } from "../../src/errors.ts";
import type { Reason } from "../../src/exit_codes.ts";
import type { KubeObject } from "../../src/kube/client.ts";
import { createOrAdopt, type OwnObject } from "../../src/object/create_or_adopt.ts";
import { type CreateOptions } from "../../src/object/find_own.ts";
import { type Owner, withMarks } from "../../src/object/ownership.ts";
import type { EmbeddedApi, StoredObject } from "../../src/testing/mod.ts";
import { type Call, MemoryClient, type Trouble } from "./memory_client.ts";
import { type QuickClock, quickClock } from "./quick_clock.ts";
import { apiOn, keptLog, REF, WORKFLOW } from "./wait_lab.ts";

export const OWNER: Owner = { program: "argo-runner", runId: "run-1", onExisting: "adopt" };

/** The Workflow to create. */
export function aWorkflow(spec: KubeObject["spec"] = { entrypoint: "main" }): KubeObject {
  return { ...WORKFLOW, metadata: { name: REF.name, namespace: REF.namespace }, spec };
}

/** A create that has not begun. */
export class Creation {
  readonly clock: QuickClock = quickClock();
  readonly api: EmbeddedApi = apiOn(this.clock);
  readonly kube = new MemoryClient(this.api);
  readonly log = keptLog();
  readonly stop = new AbortController();
  /** Whether an object has ended. Default: no object has. */
  ends: Pick<CreateOptions, "hasEnded" | "mayHaveEnded"> = {};
  /** How many Workflows were stored in all, whatever their name. */
  stored = 0;

  constructor() {
    this.api.observe(({ type, object }) => {
      if (type === "ADDED" && object.kind === "Workflow") this.stored++;
    });
  }

  options(owner: Partial<Owner> = {}): CreateOptions {
    const { clock, ends, log, stop: { signal } } = this;
    return { owner: { ...OWNER, ...owner }, signal, clock, log, ...ends };
  }

  /** Stores the object that another start of a run created. */
  async put(object: KubeObject = aWorkflow(), owner: Partial<Owner> = {}): Promise<StoredObject> {
    return this.api.create("Workflow", await withMarks(object, { ...OWNER, ...owner }) as never);
  }

  /** The only object of the name. */
  find(): StoredObject | undefined {
    return this.api.find("Workflow", REF.namespace, REF.name);
  }

  /** Creates or adopts the Workflow, and lets the time pass that it takes. */
  async run(owner: Partial<Owner> = {}, object: KubeObject = aWorkflow()): Promise<OwnObject> {
    return await this.clock.finish(createOrAdopt(this.kube, object, this.options(owner)));
  }

  /** As {@linkcode run}, which must fail with this reason. */
  async refused(reason: Reason, owner: Partial<Owner> = {}): Promise<RunError> {
    const error = await assertRejects(() => this.run(owner), RunError);
    assertEquals(error.reason, reason, error.message);
    return error;
  }

  /** Injects these faults into the first calls of a method, in their order; later calls succeed. */
  disturb(method: Call["method"], ...troubles: Trouble[]): void {
    const before = this.kube.trouble;
    this.kube.trouble = (call) =>
      call.method === method && troubles.length > 0 ? troubles.shift() : before(call);
  }

  /** Injects this fault into every call of a method until a time. */
  disturbUntil(ms: number, method: Call["method"], trouble: Trouble): void {
    const before = this.kube.trouble;
    this.kube.trouble = (call) => call.method === method && this.clock.now() < ms ? trouble : before(call);
  }

  /** Acts at the first call at or after a time: a sleep could end while a hash is computed. */
  at(ms: number, act: () => void): void {
    const before = this.kube.trouble;
    let isDone = false;
    this.kube.trouble = (call) => {
      if (!isDone && this.clock.now() >= ms) {
        isDone = true;
        act();
      }
      return before(call);
    };
  }
}
