/**
 * Checks of what a runner does with an object that has the name of its work: the run's own, or somebody else's.
 *
 * @module
 */
import type { ApiMetadata, ApiObject, StoredObject } from "../api/objects/api_object.ts";
import { placeOf, type Rehearsal } from "./rehearsal.ts";
import type { RehearsedRun } from "./rehearsed_run.ts";
import { CheckFailure, endOf, names } from "./check_failure.ts";

/** How long a run is observed after its object's metadata was changed, milliseconds. */
const CLAIM_MS = 10_000;

/** The runner's process dies while it waits; the work ends before the next process starts. */
export async function checkRestart(stage: Rehearsal): Promise<void> {
  const first = stage.run();
  const object = await stage.atWork(first, "before a restart");
  first.kill();
  await stage.end("succeed", object);
  const second = stage.run();
  const when = "after a restart";
  await stage.expectEnd(second, { expected: "Succeeded", when });
  const again = second.created.filter(({ kind }) => kind === object.kind);
  if (again.length > 0) {
    throw new CheckFailure(`created ${names(again)} ${when}, though its own object was there`);
  }
  if (!second.started?.object?.adopted) {
    throw new CheckFailure(`does not tell ${when} that its object is adopted`);
  }
}

/** As {@linkcode checkRestart}, but by then the object is being deleted and a finalizer keeps it. */
export async function checkHeldDeletion(stage: Rehearsal): Promise<void> {
  const first = stage.run();
  const object = await stage.atWork(first, "before a restart");
  first.kill();
  await stage.end("succeed", object);
  const { kind, namespace, name } = object;
  stage.api.patch(kind, namespace, name, { metadata: { finalizers: ["example.org/hold"] } });
  stage.api.delete(kind, namespace, name);
  const second = stage.run();
  const when = "where its own object has succeeded and is being deleted";
  await stage.expectEnd(second, { expected: "Succeeded", when });
  const again = second.created.filter((created) => created.kind === kind);
  if (again.length > 0) throw new CheckFailure(`created ${names(again)} ${when}`);
}

/** The object gets the labels and annotations of finished work while it still runs; then it is deleted. */
export async function checkClaims(stage: Rehearsal, like: RehearsedRun): Promise<void> {
  const run = stage.run();
  const object = await stage.atWork(run, "in an undisturbed run");
  const { kind, namespace, name } = object;
  const metadata = claimsOf(like.succeeded, stage.find(object));
  stage.api.patch(kind, namespace, name, { metadata });
  await stage.until(() => run.result, CLAIM_MS);
  const labels = "the labels of one that has succeeded";
  if (run.result) {
    throw new CheckFailure(`${endOf(run.result)} when its object got ${labels}, and had not ended`);
  }
  stage.api.remove(kind, namespace, name);
  await stage.expectEnd(run, {
    expected: "ObjectGone",
    when: `after its object was deleted, with ${labels}`,
  });
}

/** The labels and annotations that an object has only once it has succeeded. */
function claimsOf(succeeded: StoredObject | undefined, underWay: StoredObject | undefined): ApiMetadata {
  const beside = (key: "labels" | "annotations") =>
    Object.entries(succeeded?.metadata[key] ?? {})
      .filter(([name, value]) => underWay?.metadata[key]?.[name] !== value);
  const [labels, annotations] = [beside("labels"), beside("annotations")].map(Object.fromEntries);
  return { labels, annotations };
}

/** The runner's process dies after its n-th write was stored; the next process goes on. */
export async function checkRestartAtWrite(
  stage: Rehearsal,
  { n, like }: { n: number; like: RehearsedRun },
): Promise<void> {
  const first = stage.run({}, { killAtWrite: n });
  await stage.until(() => first.written.length >= n);
  const second = stage.run();
  const when = `after it was killed at write ${n}`;
  await stage.end("succeed", await stage.atWork(second, when));
  await stage.expectEnd(second, { expected: "Succeeded", when });
  checkCreated([...first.created, ...second.created], { like, when });
}

/** The name belongs to an object that no action runner has created. */
export async function checkForeignName(stage: Rehearsal, like: RehearsedRun): Promise<void> {
  const own = like.created.find(({ metadata }) => metadata.uid === like.started?.object?.uid);
  if (!own) throw new CheckFailure("created nothing in an undisturbed run");
  const foreign = stage.api.create(own.kind, withoutMarks(own));
  const run = stage.run();
  await stage.until(() => run.started || run.result);
  checkNotTaken(run, foreign, "another object of the name");
  const when = "though another object has the name";
  await stage.expectEnd(run, { expected: "NameTaken", when });
  const now = stage.find(placeOf(foreign));
  if (now?.metadata.resourceVersion !== foreign.metadata.resourceVersion) {
    throw new CheckFailure(`${now ? "changed" : "deleted"} another object of the name`);
  }
}

/** The object belongs to an earlier run of the same manifest, and has ended. */
export async function checkOtherRun(stage: Rehearsal): Promise<void> {
  const first = stage.run({ runId: "run-1" });
  const object = await stage.atWork(first, "in an undisturbed run");
  first.kill();
  await stage.end("succeed", object);
  const second = stage.run({ runId: "run-2" });
  await stage.until(() => second.started || second.result);
  checkNotTaken(second, stage.find(object), "the object of another run");
  if (!second.started) {
    await stage.expectEnd(second, { expected: "NameTaken", when: "where another run has the name" });
  }
}

/** The object is deleted before it has ended. */
export async function checkDeletion(stage: Rehearsal): Promise<void> {
  const run = stage.run();
  const { kind, namespace, name } = await stage.atWork(run, "in an undisturbed run");
  stage.api.remove(kind, namespace, name);
  await stage.expectEnd(run, { expected: "ObjectGone", when: "after its object was deleted" });
}

/** The object is replaced by another object of the same name, which succeeds. */
export async function checkReplacement(stage: Rehearsal): Promise<void> {
  const run = stage.run();
  const object = await stage.atWork(run, "in an undisturbed run");
  const old = stage.api.remove(object.kind, object.namespace, object.name);
  if (old) stage.api.create(old.kind, fresh(old));
  await stage.end("succeed", object);
  await stage.expectEnd(run, {
    expected: "ObjectReplaced",
    when: "after another object took its object's place",
  });
}

/**
 * Checks that a run with a fault has created no more objects than an undisturbed run.
 *
 * @throws {CheckFailure} If it has created more
 */
export function checkCreated(
  created: StoredObject[],
  { like, when }: { like: RehearsedRun; when: string },
): void {
  if (created.length <= like.created.length) return;
  throw new CheckFailure(
    `created ${created.length} objects ${when}, expected ${like.created.length}: ${names(created)}`,
  );
}

function checkNotTaken(run: RehearsedRun, other: StoredObject | undefined, what: string): void {
  const { uid } = run.started?.object ?? {};
  if (uid !== undefined && uid === other?.metadata.uid) throw new CheckFailure(`took ${what} for its own`);
}

/** The object as a client other than an action runner would create it. */
function withoutMarks(object: StoredObject): ApiObject {
  const { metadata: { name, namespace }, ...rest } = fresh(object);
  return { ...rest, metadata: { ...(name ? { name } : {}), ...(namespace ? { namespace } : {}) } };
}

/** The object without the fields that the API server sets, so that it can be created again. */
function fresh({ status: _status, metadata, ...rest }: StoredObject): ApiObject & { metadata: ApiMetadata } {
  const { creationTimestamp: _at, generation: _generation, resourceVersion: _version, uid: _uid, ...own } =
    metadata;
  return { ...rest, metadata: own };
}
