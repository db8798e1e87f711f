import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseWorkflow } from "../../runners/argo/workflow.ts";
import { parseArguments } from "../../runners/helm/arguments.ts";
import { parseJob } from "../../runners/job/job.ts";
import { parseCommandLine } from "../../src/config/command_line.ts";
import { type ConfigInput, parseConfig } from "../../src/config/config.ts";
import { parseContextFile } from "../../src/config/context_file.ts";
import { parseDuration } from "../../src/time/duration.ts";
import { InvalidInputError } from "../../src/errors.ts";
import { isNoText, type JsonObject } from "../../src/text/json.ts";
import type { KubeObject } from "../../src/kube/client.ts";
import { proxyProblem, serverProblem } from "../../src/kube/server_url.ts";
import { parseManifest } from "../../src/io/parse_manifest.ts";
import type { ExecutionContext } from "../../src/runner.ts";
import { secretsIn } from "../../src/io/secrets.ts";
import { aContext } from "../lab/builders.ts";
import {
  mutatedBytes,
  mutatedEnvironment,
  mutatedObject,
  mutatedText,
  someArguments,
} from "../lab/mutations.ts";

/** The seed, for the same mutations each time; a failure prints it with the path to the shortest failing input. */
const SEED = 8_050;

/** Runs a property `numRuns` times; all properties of this file together run 10 000 times. */
function holds<T>(numRuns: number, input: fc.Arbitrary<T>, check: (input: T) => unknown): void {
  fc.assert(fc.property(input, (value) => void check(value)), { seed: SEED, numRuns });
}

/** The value, or `undefined` if it is refused as bad input; every other error fails the test. */
function refusedOr<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    for (const problem of error.problems) assert(/^[^\n\r]+$/.test(problem), `no single line: ${problem}`);
    return undefined;
  } finally {
    assertEquals(({} as { polluted?: boolean }).polluted, undefined);
  }
}

const CONTEXT = aContext();
const { name: NAME, platform: { namespace: NAMESPACE } } = CONTEXT;
const METADATA = { name: NAME, namespace: NAMESPACE };

const SPEC = {
  entrypoint: "main",
  arguments: { parameters: [{ name: "who", value: "Ärger" }] },
  templates: [{
    name: "main",
    inputs: { parameters: [{ name: "who" }] },
    container: { image: "a:1", args: ["{{x}}"] },
  }],
};
const WORKFLOW = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Workflow",
  metadata: { ...METADATA, labels: { a: "b" } },
  spec: SPEC,
};
const JOB_SPEC = {
  template: { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "a:1" }] } },
};
const JOB = { apiVersion: "batch/v1", kind: "Job", metadata: METADATA, spec: JOB_SPEC };
const RELEASE = {
  command: "install",
  name: "web",
  chart: { name: "web", repo: "https://charts.example.org" },
  values: { a: [1] },
};

const OBJECTS: JsonObject[] = [SPEC, { workflow: SPEC }, WORKFLOW, JOB_SPEC, { job: JOB_SPEC }, JOB, RELEASE];

const ENV = {
  RUNNER_INPUT_MANIFEST_PATH: "/manifest",
  RUNNER_CONTEXT_NAME: NAME,
  RUNNER_CONTEXT_PLATFORM_NAMESPACE: NAMESPACE,
  RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME: "worker",
  RUNNER_TIMEOUT: "1h",
};

const CONTEXT_FILE: JsonObject = {
  name: NAME,
  dryRun: false,
  timeout: "10m",
  platform: {
    namespace: NAMESPACE,
    serviceAccountName: "worker",
    ownerRef: { apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: "u", controller: true },
  },
};

const TEXTS = [
  ...OBJECTS.map((object) => JSON.stringify(object)),
  `# A Workflow
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata:
  name: ${NAME}
  namespace: ${NAMESPACE}
spec:
  entrypoint: main
  templates:
  - &main
    name: main
    container:
      image: busybox
      command: [sh, -c]
      args:
      - |
        echo "Grüße"
      env: [{name: PASSWORD, value: 's3cr3t'}]
  - <<: *main
`,
  `entrypoint: main\ntemplates:\n- name: main\n  suspend: {}\n`,
  `apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: ${NAME}\nspec:\n  template:\n    spec:\n      containers: []\n`,
];

interface Kind {
  kind: string;
  apiVersion: string;
  parse: (manifest: JsonObject) => KubeObject;
}

/** The result of parsing a manifest. */
const KINDS: Kind[] = [
  {
    kind: "Workflow",
    apiVersion: "argoproj.io/v1alpha1",
    parse: (manifest) => parseWorkflow(manifest, CONTEXT).object,
  },
  { kind: "Job", apiVersion: "batch/v1", parse: (manifest) => parseJob(manifest, CONTEXT).object },
];

/** Checks the objects made from a manifest. Returns their number. */
function checkWork(manifest: JsonObject): number {
  secretsIn(manifest);
  refusedOr(() => parseArguments(manifest, CONTEXT));
  const made = KINDS.map(({ parse, ...type }) => {
    const object = refusedOr(() => parse(manifest));
    if (object) checkObject(object, manifest, type);
    return object;
  });
  return made.filter((object) => object !== undefined).length;
}

/** Checks that the object has the context's name and namespace, and that the manifest names no others. */
function checkObject(object: KubeObject, manifest: JsonObject, type: Omit<Kind, "parse">): void {
  const { apiVersion, kind, metadata } = object;
  assertEquals({ apiVersion, kind }, type);
  assertEquals([metadata.name, metadata.namespace], [NAME, NAMESPACE]);
  const foreign = Object.keys(metadata).filter((key) =>
    !["name", "namespace", "labels", "annotations"].includes(key)
  );
  assertEquals(foreign, []);
  const own = (manifest.metadata ?? {}) as JsonObject;
  const named = [manifest.kind, manifest.apiVersion, own.name, own.namespace];
  const expected = [kind, apiVersion, NAME, NAMESPACE];
  // A null or empty text names nothing.
  assertEquals(named.map((text, index) => isNoText(text) ? expected[index] : text), expected);
}

Deno.test("the mutations' originals are good", () => {
  for (const text of TEXTS.filter((text) => !text.includes("<<"))) {
    const manifest = parseManifest(new TextEncoder().encode(text));
    assert(
      checkWork(manifest) === 1 || refusedOr(() => parseArguments(manifest, CONTEXT)) !== undefined,
      text,
    );
  }
  parseConfig({ program: "x", env: ENV, commandLine: parseCommandLine([]), reporter: "nop" });
});

Deno.test("parseManifest(), parseWorkflow(), parseJob() and parseArguments() refuse mutated texts or make what the context names", () => {
  holds(4_000, mutatedBytes(TEXTS), (bytes) => {
    const manifest = refusedOr(() => parseManifest(bytes));
    if (manifest) checkWork(manifest);
  });
});

Deno.test("parseWorkflow(), parseJob() and parseArguments() refuse mutated objects or make what the context names", () => {
  holds(2_500, mutatedObject(OBJECTS), checkWork);
});

Deno.test("parseContextFile() and parseConfig() refuse mutated context files or give whole settings", () => {
  const files = { RUNNER_CONTEXT_PATH: "/context", RUNNER_ARGS_PATH: "/args" };
  holds(1_000, mutatedObject([CONTEXT_FILE]), (content) => {
    const contextFile = parseContextFile("/context", content);
    const input: ConfigInput = {
      program: "x",
      env: files,
      commandLine: parseCommandLine([]),
      reporter: "nop",
      contextFile,
    };
    const config = refusedOr(() => parseConfig(input));
    if (config) checkContext(config.context);
  });
});

Deno.test("parseConfig() refuses mutated environments and arguments or gives whole settings", () => {
  holds(1_500, fc.tuple(mutatedEnvironment(ENV), someArguments), ([env, args]) => {
    const config = refusedOr(() => parseConfig({ program: "x", env, commandLine: parseCommandLine(args) }));
    if (config) checkContext(config.context);
  });
});

/** Names that may stand in a URL, and a time-out that a timer takes. */
function checkContext({ name, platform, timeoutMs = 1 }: ExecutionContext): void {
  for (const part of [name, platform.namespace, platform.serviceAccountName]) {
    assert(/^[a-z0-9.-]{1,253}$/.test(part), part);
  }
  assert(timeoutMs > 0 && timeoutMs < 2 ** 31, `${timeoutMs}`);
  assertEquals(Object.getPrototypeOf(platform), Object.prototype);
}

Deno.test("parseDuration() refuses mutated durations or gives what a timer takes", () => {
  holds(500, mutatedText(["1h2m3.5s", "90s", "0", "1.5h", "100ms", "1µs"]), (text) => {
    const ms = refusedOr(() => parseDuration(text)) ?? 0;
    assert(ms >= 0 && ms < 2 ** 31, `${ms}`);
  });
});

Deno.test("serverProblem() and proxyProblem() refuse every mutated text that is not a URL", () => {
  holds(
    500,
    mutatedText(["https://[fd00::1]:6443/x", "http://127.0.0.1:8001", "socks5://proxy:1080"]),
    (text) => {
      for (const problem of [serverProblem(text), proxyProblem(text)]) {
        if (problem === undefined) new URL(text);
      }
    },
  );
});
