import { assertEquals, assertMatch } from "@std/assert";
import { RunError } from "../../src/errors.ts";
import { failure } from "../lab/recorded_answers.ts";
import { hangs } from "../lab/memory_client.ts";
import { MINUTE, Wait, waiting } from "../lab/wait_lab.ts";

for (const phase of ["Succeeded", "Failed"]) {
  Deno.test(`waitForObject() returns the verdict ${phase} of the whole object as soon as it is there`, async () => {
    const wait = await waiting();
    wait.setPhase("Running");
    await wait.clock.advance(10_000);
    wait.setPhase(phase);
    assertEquals(await wait.verdictWithin(0), phase);
  });
}

Deno.test("waitForObject() returns the verdict of an adopted object that has ended long ago", async () => {
  const wait = new Wait();
  wait.setPhase("Failed");
  await wait.clock.advance(MINUTE);
  await wait.begin({ adopted: true });
  assertEquals(await wait.verdictWithin(0), "Failed");
});

Deno.test("waitForObject() returns the verdict of an object that ended before the wait began", async () => {
  const wait = new Wait();
  wait.setPhase("Succeeded");
  await wait.begin();
  assertEquals(await wait.verdictWithin(0), "Succeeded");
});

Deno.test("waitForObject() takes labels for a hint only: the whole object's phase is the verdict", async () => {
  const wait = await waiting();
  const labels = { phase: "Succeeded", completed: "true" };
  wait.api.patch("Workflow", "team", "demo", { metadata: { labels }, status: { phase: "Failed" } });
  assertEquals(await wait.verdictWithin(0), "Failed");
});

Deno.test("waitForObject() goes on when labels claim an end that the whole object does not show", async () => {
  const wait = await waiting();
  const labels = { phase: "Succeeded", completed: "true" };
  wait.api.patch("Workflow", "team", "demo", { metadata: { labels }, status: { phase: "Running" } });
  await wait.clock.advance(10_000);
  wait.setPhase("Failed");
  assertEquals(await wait.verdictWithin(MINUTE), "Failed");
});

Deno.test("waitForObject() receives whole objects when no labels tell the end, and makes no more requests before it", async () => {
  const wait = await waiting({ labels: false });
  wait.touch();
  await wait.clock.advance(1_000);
  assertEquals(wait.kube.count("get"), 0);
  wait.setPhase("Succeeded");
  assertEquals(await wait.verdictWithin(0), "Succeeded");
  assertEquals(wait.kube.count("get"), 1);
});

Deno.test("row 13: waitForObject() takes the verdict of a whole object that is deleted as soon as it has ended", async () => {
  const wait = await waiting({ labels: false });
  wait.setPhase("Failed");
  wait.remove();
  assertEquals(await wait.verdictWithin(0), "Failed");
});

Deno.test("row 12: waitForObject() gives no verdict of a whole object that is deleted while it runs", async () => {
  const wait = await waiting({ labels: false });
  wait.touch();
  wait.remove();
  await wait.errorWithin(MINUTE, "ObjectGone");
});

Deno.test("waitForObject() asks for the whole object each 5 minutes when the labels never come", async () => {
  const wait = await waiting();
  await wait.clock.advance(MINUTE);
  wait.api.patch("Workflow", "team", "demo", { status: { phase: "Succeeded" } });
  await wait.clock.advance(3 * MINUTE);
  assertEquals(wait.kube.count("get"), 0);
  assertEquals(await wait.verdictWithin(2 * MINUTE), "Succeeded");
});

Deno.test("row 12: waitForObject() ends with ObjectGone when the object is deleted without a verdict", async () => {
  const wait = await waiting();
  wait.setPhase("Running");
  await wait.clock.advance(1_000);
  wait.remove();
  const error = await wait.errorWithin(0, "ObjectGone");
  assertMatch(error.message, /^Workflow "demo" was deleted before its end was seen/);
  assertEquals(error.left, "unknown");
});

Deno.test("row 12: waitForObject() sees that the object was deleted while the watch was cut", async () => {
  const wait = await waiting();
  wait.disturb(failure("refused"));
  wait.kube.watches.at(-1)?.cut();
  await wait.clock.advance(10_000);
  wait.remove();
  wait.calm();
  await wait.errorWithin(2_000, "ObjectGone");
});

Deno.test("row 12: waitForObject() does not take the last state of a deleted object's status for a verdict", async () => {
  const wait = await waiting();
  wait.disturb(hangs, "get");
  wait.api.patch("Workflow", "team", "demo", { status: { phase: "Succeeded" } });
  wait.remove();
  await wait.errorWithin(0, "ObjectGone");
});

Deno.test("row 13: waitForObject() takes a DELETED event whose labels show the end for the verdict", async () => {
  const wait = await waiting();
  wait.setPhase("Succeeded");
  wait.remove();
  assertEquals(await wait.verdictWithin(0), "Succeeded");
});

Deno.test("row 13: waitForObject() keeps the labels' verdict when the object is gone before it is asked for", async () => {
  const wait = await waiting();
  wait.kube.trouble = ({ method }) => {
    if (method === "get") wait.remove();
    return undefined;
  };
  wait.setPhase("Failed");
  assertEquals(await wait.verdictWithin(0), "Failed");
});

Deno.test("row 13: waitForObject() never guesses when the object ended and went between two watches", async () => {
  const wait = await waiting();
  wait.setPhase("Running");
  await wait.clock.advance(1_000);
  wait.kube.watches.at(-1)?.mute();
  wait.setPhase("Succeeded");
  wait.remove();
  await wait.errorWithin(55_000, "ObjectGone");
});

Deno.test("row 14: waitForObject() ends with ObjectReplaced when the object is deleted and made again", async () => {
  const wait = await waiting();
  wait.remove();
  const { uid } = wait.create("Succeeded").metadata;
  const { message } = await wait.errorWithin(0, "ObjectReplaced");
  assertMatch(message, new RegExp(`uid ${uid}, expected ${wait.workflow.metadata.uid}`));
});

Deno.test("row 14: waitForObject() sees that the object was replaced while the watch was cut", async () => {
  const wait = await waiting();
  wait.disturb(failure("refused"));
  wait.kube.watches.at(-1)?.cut();
  wait.remove();
  wait.create("Succeeded");
  wait.calm();
  await wait.errorWithin(2_000, "ObjectReplaced");
});

Deno.test("row 14: waitForObject() sees that the object was replaced while the watch was silent", async () => {
  const wait = await waiting();
  wait.kube.watches.at(-1)?.mute();
  wait.remove();
  wait.create("Succeeded");
  await wait.errorWithin(55_000, "ObjectReplaced");
});

Deno.test("row 14: waitForObject() gives no verdict of an object that takes the place before it is asked for", async () => {
  const wait = await waiting();
  wait.kube.trouble = ({ method }) => {
    if (method !== "get") return undefined;
    wait.calm();
    wait.remove();
    wait.create("Succeeded");
    return undefined;
  };
  await wait.errorWithin(6 * MINUTE, "ObjectReplaced");
});

Deno.test("row 14: waitForObject() notices another uid in a MODIFIED event", async () => {
  const wait = await waiting();
  wait.kube.watches.at(-1)?.mute();
  wait.remove();
  const { metadata } = wait.create("Running");
  wait.kube.watches.at(-1)?.send("MODIFIED", { metadata: { ...metadata, ownerReferences: [] } });
  await wait.errorWithin(0, "ObjectReplaced");
});

for (const type of ["ADDED", "MODIFIED", "DELETED"]) {
  Deno.test(`row 42: waitForObject() goes on after an old ${type} event of an earlier object of the name`, async () => {
    const wait = await waiting();
    const metadata = { name: "demo", uid: "earlier", resourceVersion: "1" };
    wait.kube.watches.at(-1)?.send(type, { metadata });
    await wait.clock.advance(1_000);
    wait.setPhase("Succeeded");
    assertEquals(await wait.verdictWithin(MINUTE), "Succeeded");
  });
}

Deno.test("row 42: waitForObject() is not misled by a terminal state that a stale server replays", async () => {
  const wait = await waiting();
  const metadata = {
    ...wait.workflow.metadata,
    ownerReferences: [],
    labels: { phase: "Succeeded", completed: "true" },
  };
  wait.kube.watches.at(-1)?.send("MODIFIED", { metadata });
  await wait.clock.advance(1_000);
  wait.setPhase("Failed");
  assertEquals(await wait.verdictWithin(0), "Failed");
});

Deno.test("row 42: waitForObject() goes on after a stale DELETED event of an object that exists", async () => {
  const wait = await waiting();
  wait.kube.watches.at(-1)?.send("DELETED", { metadata: { ...wait.workflow.metadata, ownerReferences: [] } });
  await wait.clock.advance(1_000);
  wait.setPhase("Succeeded");
  assertEquals(await wait.verdictWithin(MINUTE), "Succeeded");
});

Deno.test("row 53: waitForObject() goes on while the object is suspended, and logs each state once", async () => {
  const wait = await waiting();
  wait.setPhase("Running");
  await wait.clock.advance(30 * MINUTE);
  wait.touch();
  await wait.clock.advance(MINUTE);
  wait.setPhase("Succeeded");
  assertEquals(await wait.verdictWithin(0), "Succeeded");
  assertEquals(wait.log.lines.filter((line) => line.includes(" is ")), [
    'info: Workflow "demo" is Running',
    'info: Workflow "demo" is Succeeded',
  ]);
});

Deno.test("row 54: waitForObject() takes no heed of the wall clock", async () => {
  const now = Date.now;
  try {
    const wait = await waiting();
    Date.now = () => now() + 3_600_000;
    wait.setPhase("Running");
    await wait.clock.advance(1_000);
    Date.now = () => now() - 3_600_000;
    wait.setPhase("Succeeded");
    assertEquals(await wait.verdictWithin(0), "Succeeded");
  } finally {
    Date.now = now;
  }
});

Deno.test("waitForObject() throws what is no trouble of the API as it is", async () => {
  const wait = await waiting();
  const bug = new TypeError("a bug");
  wait.disturb(bug, "list");
  wait.kube.watches.at(-1)?.cut();
  const error = await wait.verdictWithin(MINUTE).catch((error) => error);
  assertEquals([error === bug, error instanceof RunError], [true, false]);
});
