import { assertEquals } from "@std/assert";
import { RunError } from "../../src/errors.ts";
import { failure } from "../lab/recorded_answers.ts";
import { MINUTE, REF, Wait, waiting } from "../lab/wait_lab.ts";

const CLAIM = { labels: { phase: "Succeeded", completed: "true" } };

/** Labels the Workflow as if it had ended. */
function claim(wait: Wait): void {
  wait.api.patch("Workflow", REF.namespace, REF.name, { metadata: CLAIM });
}

/** From now on the API server keeps no events of whole objects. */
function forgetHistory(wait: Wait): void {
  wait.kube.trouble = ({ method, options }) =>
    method === "watch" && !options.metadataOnly ? failure("expired") : undefined;
}

Deno.test("row 65: waitForObject() takes no verdict from labels that the object has had from the first, without a phase", async () => {
  const wait = new Wait();
  claim(wait);
  await wait.begin();
  await wait.clock.advance(MINUTE);
  wait.remove();
  await wait.errorWithin(MINUTE, "ObjectGone");
});

Deno.test("row 65: waitForObject() takes no verdict from labels that an adopted object has had from the first", async () => {
  const wait = new Wait();
  wait.api.patch("Workflow", "team", "demo", { metadata: CLAIM, status: { phase: "Running" } });
  await wait.begin({ adopted: true });
  await wait.clock.advance(MINUTE);
  wait.remove();
  await wait.errorWithin(MINUTE, "ObjectGone");
});

Deno.test("row 65: waitForObject() takes no verdict from labels that people set during the run, when the object is deleted", async () => {
  const wait = await waiting();
  wait.setPhase("Running");
  await wait.clock.advance(1_000);
  claim(wait);
  await wait.clock.advance(1_000);
  wait.remove();
  await wait.errorWithin(MINUTE, "ObjectGone");
});

Deno.test("row 65: waitForObject() takes no verdict from labels that are set just before the object is deleted", async () => {
  const wait = await waiting();
  wait.setPhase("Running");
  await wait.clock.advance(1_000);
  claim(wait);
  wait.remove();
  await wait.errorWithin(MINUTE, "ObjectGone");
});

Deno.test("row 65: waitForObject() does not trust labels again that the whole object has refuted, when the history is gone", async () => {
  const wait = await waiting();
  claim(wait);
  await wait.clock.advance(1_000);
  forgetHistory(wait);
  wait.setPhase("Running");
  wait.setPhase("Succeeded");
  wait.remove();
  await wait.errorWithin(MINUTE, "ObjectGone");
});

Deno.test("row 65: waitForObject() takes the true end of an object whose labels have lied, after its deletion", async () => {
  const wait = await waiting();
  claim(wait);
  await wait.clock.advance(1_000);
  wait.setPhase("Failed");
  wait.remove();
  assertEquals(await wait.verdictWithin(0), "Failed");
});

Deno.test("row 65: waitForObject() says once that the labels claim an end, and reports no state that they claim", async () => {
  const wait = await waiting();
  wait.setPhase("Running");
  await wait.clock.advance(1_000);
  claim(wait);
  await wait.clock.advance(1_000);
  wait.touch();
  await wait.clock.advance(MINUTE);
  assertEquals(wait.log.lines, [
    'info: Workflow "demo" is Running',
    'warn: Workflow "demo" has labels of an object that has ended, and has not: waiting on',
  ]);
});

Deno.test("row 13: waitForObject() reads the verdict in the deleted object's last state, not in its labels", async () => {
  const wait = await waiting();
  wait.setPhase("Running");
  await wait.clock.advance(1_000);
  wait.api.patch("Workflow", "team", "demo", { metadata: CLAIM, status: { phase: "Failed" } });
  wait.remove();
  assertEquals(await wait.verdictWithin(0), "Failed");
});

Deno.test("row 13: waitForObject() believes the labels of a deleted object that it saw unfinished, when the history is gone", async () => {
  const wait = await waiting();
  wait.setPhase("Running");
  await wait.clock.advance(1_000);
  forgetHistory(wait);
  wait.setPhase("Succeeded");
  wait.remove();
  assertEquals(await wait.verdictWithin(0), "Succeeded");
});

Deno.test("row 65: waitForObject() believes no labels of an object that it never saw without, when the history is gone", async () => {
  const wait = new Wait();
  claim(wait);
  wait.kube.trouble = ({ method, options }) => {
    if (method === "get") wait.remove();
    return method === "watch" && !options.metadataOnly ? failure("expired") : undefined;
  };
  await wait.begin();
  await wait.errorWithin(MINUTE, "ObjectGone");
});

Deno.test("row 56: waitForObject() gives no verdict of labels alone when a signal ends the wait", async () => {
  const wait = await waiting();
  wait.setPhase("Running");
  claim(wait);
  await wait.clock.advance(1_000);
  wait.stop.abort(new RunError("Terminated", "SIGTERM"));
  await wait.errorWithin(0, "Terminated");
});

Deno.test("row 66: waitForObject() keeps the verdict that this run has read, though the object is gone by now", async () => {
  const wait = new Wait();
  wait.setPhase("Failed");
  const seen = wait.api.find("Workflow", "team", "demo")!;
  wait.remove();
  await wait.begin({ adopted: true, seen });
  assertEquals(await wait.verdictWithin(0), "Failed");
  assertEquals([wait.kube.count(), wait.log.lines], [0, ['info: Workflow "demo" is Failed']]);
});

Deno.test("row 66: waitForObject() takes no verdict from another object that this run has read", async () => {
  const wait = new Wait();
  const seen = structuredClone(wait.workflow);
  Object.assign(seen, { status: { phase: "Succeeded" } });
  seen.metadata.labels = CLAIM.labels;
  seen.metadata.uid = "another";
  await wait.begin({ adopted: true, seen });
  wait.remove();
  await wait.errorWithin(MINUTE, "ObjectGone");
});

Deno.test("row 66: waitForObject() waits on when the object that this run has read had not ended", async () => {
  const wait = new Wait();
  const { status: _status, spec: _spec, ...metadataOnly } = wait.workflow;
  await wait.begin({ adopted: true, seen: metadataOnly });
  forgetHistory(wait);
  wait.setPhase("Succeeded");
  wait.remove();
  assertEquals(await wait.verdictWithin(MINUTE), "Succeeded");
});

Deno.test("row 11: waitForObject() goes on while a finalizer holds a deleted object, and takes its verdict", async () => {
  for (const labels of [true, false]) {
    const wait = new Wait();
    const finalizers = ["example.org/hold"];
    wait.api.patch("Workflow", "team", "demo", { metadata: { finalizers } });
    await wait.begin({ labels });
    wait.api.delete("Workflow", "team", "demo");
    await wait.clock.advance(30 * MINUTE);
    wait.setPhase("Succeeded");
    assertEquals(await wait.verdictWithin(0), "Succeeded");
  }
});

/** The kind is removed, and with it the object: the open watch shows the object's last changes, and no LIST or GET does. */
function removeKind(wait: Wait): void {
  wait.disturb(failure("kindMissing"));
  wait.remove();
}

Deno.test("row 18: waitForObject() gives the verdict that a deletion claims, when the kind is gone with the object", async () => {
  const wait = await waiting();
  wait.setPhase("Running");
  await wait.clock.advance(1_000);
  wait.setPhase("Succeeded");
  removeKind(wait);
  assertEquals(await wait.verdictWithin(MINUTE), "Succeeded");
});

Deno.test("row 18: waitForObject() waits for the kind to come back, when the deletion claims no end", async () => {
  const wait = await waiting();
  wait.setPhase("Running");
  await wait.clock.advance(1_000);
  removeKind(wait);
  await wait.clock.advance(10 * MINUTE);
  wait.calm();
  await wait.errorWithin(MINUTE, "ObjectGone");
});

Deno.test("row 18: waitForObject() goes on when the kind is gone for a moment at the end of the work", async () => {
  const wait = await waiting();
  wait.disturb(failure("kindMissing"));
  wait.setPhase("Succeeded");
  await wait.clock.advance(5_000);
  wait.calm();
  assertEquals(await wait.verdictWithin(MINUTE), "Succeeded");
});
