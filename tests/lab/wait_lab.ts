/**
 * Waits for a Workflow on an embedded API, with the faults that a test injects.
 *
 * @module
 */
import { assertRejects } from "@std/assert";
import { RunError } from "../../src/errors.ts";
import type { Reason } from "../../src/exit_codes.ts";
import { isJsonObject } from "../../src/text/json.ts";
import type { KubeObject, ObjectMeta } from "../../src/kube/client.ts";
import { waitForObject, type WaitOptions, type WaitTarget } from "../../src/object/wait_for_object.ts";
import type { Log } from "../../src/io/log.ts";
import { type EmbeddedApi, embeddedApi, type StoredObject } from "../../src/testing/mod.ts";
import { type Call, MemoryClient, type Trouble } from "./memory_client.ts";
import { type QuickClock, quickClock } from "./quick_clock.ts";

export const MINUTE = 60_000;
export const WORKFLOW = { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow" };
export const REF = { ...WORKFLOW, name: "demo", namespace: "team" };

/** An API whose watches end and send bookmarks by the fake clock. */
export function apiOn(clock: QuickClock): EmbeddedApi {
  return embeddedApi({
    namespaces: ["team"],
    now: () => new Date(Date.UTC(2026, 0, 1) + clock.now()),
    timer: (callback, delayMs) => {
      const stop = new AbortController();
      clock.sleep(delayMs, stop.signal).then(callback, () => {});
      return () => stop.abort();
    },
  });
}

/** A log that keeps its lines, as `warn: text`. */
export function keptLog(): Log & { lines: string[] } {
  const lines: string[] = [];
  const at = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** How a wait begins. */
interface BeginOptions {
  /** Whether the object was adopted; otherwise it was created. */
  adopted?: boolean;
  /** Whether labels tell the end; otherwise only the whole object does. */
  labels?: boolean;
  /** The object as the run has read it before the wait. */
  seen?: WaitTarget["seen"];
}

/** A Workflow that runs. */
export class Wait {
  readonly clock: QuickClock;
  readonly api: EmbeddedApi;
  readonly kube: MemoryClient;
  readonly log = keptLog();
  readonly stop = new AbortController();
  readonly workflow: StoredObject;
  #verdict: Promise<string> | undefined;

  constructor(clock = quickClock()) {
    this.clock = clock;
    this.api = apiOn(clock);
    this.kube = new MemoryClient(this.api);
    this.workflow = this.create();
  }

  /** Creates the Workflow, or another Workflow of its name. */
  create(phase?: string): StoredObject {
    const metadata = { name: REF.name, namespace: REF.namespace, ...(phase ? labelled(phase) : {}) };
    return this.api.create("Workflow", { metadata, spec: {}, ...(phase ? { status: { phase } } : {}) });
  }

  /** Writes the phase and its labels in one update, as the controller does. */
  setPhase(phase: string): void {
    this.api.patch("Workflow", REF.namespace, REF.name, { metadata: labelled(phase), status: { phase } });
  }

  /** Changes another field. */
  touch(): void {
    this.api.patch("Workflow", REF.namespace, REF.name, { spec: { at: this.clock.now() } });
  }

  remove(): void {
    this.api.remove("Workflow", REF.namespace, REF.name);
  }

  /** Starts the wait. */
  async begin({ adopted = false, labels = true, seen }: BeginOptions = {}): Promise<void> {
    const { uid, resourceVersion } = this.workflow.metadata;
    const target: WaitTarget = { ...REF, uid, seen, ...(adopted ? {} : { createdVersion: resourceVersion }) };
    const options: WaitOptions<string> = {
      outcome: phaseOf,
      ...(labels ? { outcomeOfMetadata, state } : {}),
      signal: this.stop.signal,
      clock: this.clock,
      log: this.log,
    };
    this.#verdict = waitForObject(this.kube, target, options);
    this.#verdict.catch(() => {});
    await this.clock.advance(0);
  }

  /** The verdict, which must come within a time. */
  verdictWithin(ms: number): Promise<string> {
    return this.clock.finish(this.#verdict ?? Promise.reject(new Error("the wait has not begun")), ms);
  }

  /** The error that ends the wait, which must come within a time. */
  async errorWithin(ms: number, reason: Reason): Promise<RunError> {
    const error = await assertRejects(() => this.verdictWithin(ms), RunError);
    if (error.reason !== reason) throw new Error(`the reason is ${error.reason}: ${error.message}`);
    return error;
  }

  /** From now on, injects this fault into calls of these methods; without methods, into all calls. */
  disturb(trouble: Trouble, ...methods: Call["method"][]): void {
    this.kube.trouble = ({ method }) =>
      methods.length === 0 || methods.includes(method) ? trouble : undefined;
  }

  /** Ends the fault. */
  calm(): void {
    this.kube.trouble = () => undefined;
  }
}

/** A wait that has begun. */
export async function waiting(options: Parameters<Wait["begin"]>[0] = {}): Promise<Wait> {
  const wait = new Wait();
  await wait.begin(options);
  return wait;
}

function labelled(phase: string): { labels: Record<string, string> } {
  return { labels: { phase, completed: String(isEnd(phase)) } };
}

function isEnd(phase: unknown): phase is string {
  return phase === "Succeeded" || phase === "Failed";
}

function phaseOf({ status }: KubeObject): string | undefined {
  const phase = isJsonObject(status) ? status.phase : undefined;
  return isEnd(phase) ? phase : undefined;
}

function outcomeOfMetadata({ labels }: ObjectMeta): string | undefined {
  return labels?.completed === "true" && isEnd(labels.phase) ? labels.phase : undefined;
}

function state({ metadata }: KubeObject): string {
  return metadata.labels?.phase ?? "Pending";
}
