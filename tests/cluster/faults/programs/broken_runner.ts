/**
 * A program whose runner breaks in the way that its manifest says.
 *
 * @module
 */
import type { ActionRunner, JsonObject, StepInput } from "../../../../src/mod.ts";
import { sandbox } from "../../../../src/program/sandbox.ts";

/** The step that breaks. */
export type BrokenStep =
  | "find"
  | "preflight"
  | "start"
  | "waitForCompletion"
  | "explain"
  | "stop"
  | "commands";

/** How it breaks. */
export type Breakage =
  | "throw"
  | "throw nothing"
  | "throw later"
  | "reject unheard"
  | "close"
  | "exit"
  | "hang"
  /** It waits for ever, whatever its signal says. */
  | "ignore the signal";

function breakBy(how: string): Promise<void> | void {
  switch (how) {
    case "throw":
      throw new Error("broken on purpose");
    case "throw nothing":
      // deno-lint-ignore no-throw-literal
      throw undefined;
    case "throw later":
      setTimeout(() => breakBy("throw"));
      break;
    case "reject unheard":
      Promise.reject(new Error("broken on purpose"));
      break;
    case "close":
      self.close();
      break;
    case "exit":
      Deno.exit(0);
      break;
    case "hang":
      while (true);
  }
  return new Promise(() => {});
}

function brokenRunner(): ActionRunner {
  let broken: JsonObject = {};
  const step = async (
    name: BrokenStep,
    { log, manifest = broken }: StepInput & { manifest?: JsonObject },
  ) => {
    broken = manifest;
    if (broken.step !== name) return;
    log.info(`${name} breaks now`);
    await breakBy(String(broken.how));
  };
  return {
    name: "broken",
    async find(input) {
      await step("find", input);
      return {};
    },
    async preflight(input) {
      await step("preflight", input);
    },
    async start(input) {
      await step("start", input);
      const { name, platform: { namespace } } = input.context;
      return {
        status: {},
        object: {
          apiVersion: "v1",
          kind: "ConfigMap",
          name,
          namespace,
          uid: "1",
          adopted: false,
          createdAt: new Date().toISOString(),
          ageMs: 0,
          finished: false,
        },
      };
    },
    async waitForCompletion(input) {
      await step("waitForCompletion", input);
      return { finishedSuccessfully: false, message: "the work failed" };
    },
    async diagnose(input) {
      await step("explain", input);
      return undefined;
    },
    async stop(input) {
      await step("stop", input);
    },
    commands() {
      if (broken.step === "commands") breakBy(String(broken.how));
      return { show: "true", stop: "true" };
    },
  };
}

await sandbox(import.meta.url, async () => {
  const { run } = await import("../../../../src/mod.ts");
  return (input) => run({ program: "broken-runner", runner: brokenRunner }, input);
});
