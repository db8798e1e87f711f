/**
 * The logs of a real container over streams that are cut in the middle of lines.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { rulesOf } from "./lab/rbac_rules.ts";
import { withRig } from "./lab/rig.ts";

const LINES = 100;
const SPEC = {
  entrypoint: "main",
  templates: [{
    name: "main",
    container: {
      image: Deno.env.get("E2E_BUSYBOX_IMAGE") ?? "localhost/busybox:1",
      imagePullPolicy: "IfNotPresent",
      command: ["sh", "-c", `i=1; while [ $i -le ${LINES} ]; do echo line $i; i=$((i+1)); sleep 0.08; done`],
    },
  }],
};
const LOG_RULES = [
  { apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] },
  { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
  { apiGroups: ["argoproj.io"], resources: ["workflowtaskresults"], verbs: ["create", "patch"] },
];
/** More than what two seconds print, which each stream begins with, and no whole number of lines. */
const CUT_AFTER_BYTES = 2_011;

/** The body's first bytes; then `cut`. */
async function* beginning(body: AsyncIterable<Uint8Array>, cut: () => void): AsyncGenerator<Uint8Array> {
  let left = CUT_AFTER_BYTES;
  for await (const piece of body) {
    yield piece.subarray(0, left);
    left -= piece.length;
    if (left < 0) return cut();
  }
}

Deno.test({
  name: "each line is logged once, in order, though every stream of the log is cut in the middle of a line",
  ignore: !Deno.env.get("KUBECONFIG") || Deno.env.get("FAULTS_ROWS") !== undefined,
  // The test does not close a stream that it has cut.
  sanitizeResources: false,
  sanitizeOps: false,
  fn: () =>
    withRig(async ({ folder, proxy, start }) => {
      await Deno.writeTextFile(`${folder}/manifest.yaml`, JSON.stringify(SPEC));
      let cuts = 0;
      proxy.rule = ({ seen, pass, cut }) => {
        if (!seen.path.includes("follow=true")) return undefined;
        return pass((body) => beginning(body, () => (cuts++, cut())));
      };
      const run = start({ RUNNER_FOLLOW_LOGS: "true", RUNNER_LOGGER_DEV_MODE: "false" });
      const ended = await run.ended;
      assertEquals(ended.code, 0, ended.stderr);
      const messages = ended.stderr.split("\n").filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line).message as string);
      assertEquals(
        messages.filter((message) => message.startsWith("[")),
        Array.from({ length: LINES }, (_, index) => `[work] line ${index + 1}`),
      );
      assert(cuts >= 2, `${cuts} cuts`);
    }, { rules: (work) => [...rulesOf(work), ...LOG_RULES] }),
});
