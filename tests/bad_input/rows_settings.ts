/**
 * Rows on variables and flags.
 *
 * @module
 */
import type { JsonObject } from "../../src/mod.ts";
import {
  accepted,
  type BadInputCase,
  type BadInputRow,
  refused,
  type Variables,
  warned,
} from "./bad_input_row.ts";
import type { BadInputLab } from "./bad_input_lab.ts";

const REQUIRED = [
  "RUNNER_INPUT_MANIFEST_PATH",
  "RUNNER_CONTEXT_NAME",
  "RUNNER_CONTEXT_PLATFORM_NAMESPACE",
  "RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME",
] as const;

const [, NAME_VARIABLE, NAMESPACE_VARIABLE] = REQUIRED;

/** All required variables with the same value. */
function all(value: string | undefined): Record<string, string | undefined> {
  return Object.fromEntries(REQUIRED.map((variable) => [variable, value]));
}

/** A variable with this value must be refused, and the line names it and says this. */
function bad(variable: string, value: string, says: string): BadInputCase {
  return refused(
    `${variable}=${JSON.stringify(value)}`,
    { env: { [variable]: value } },
    `${variable}: ${says}`,
  );
}

function badAs(variable: string, values: string[], says: (quoted: string) => string): BadInputCase[] {
  return values.map((value) => bad(variable, value, says(JSON.stringify(value))));
}

const withBlanks = (quoted: string) =>
  `${quoted} has blanks at an end or control characters in it, expected none`;
const noName = (quoted: string) => `${quoted} is not a valid name (RFC 1123: `;
const noDuration = (quoted: string) => `${quoted} is not a duration (examples: 90s, 10m, 1h30m; 0 = none)`;
const noBoolean = (quoted: string) => `${quoted} is not a boolean (true, false, 1, 0, t, f)`;
const tooLong = (quoted: string) => `${quoted} is longer than the longest time-out, 596h31m23s`;

/** The contract in files; `env` over its variables, `fields` over those of the context. */
function contextFile(env: Variables, fields: JsonObject = {}): (lab: BadInputLab) => Promise<Variables> {
  return async ({ folder }) => {
    const context = {
      name: "work",
      dryRun: true,
      platform: { namespace: "team", serviceAccountName: "worker" },
    };
    await Deno.writeTextFile(`${folder}/context.yaml`, JSON.stringify({ ...context, ...fields }));
    return {
      RUNNER_CONTEXT_PATH: `${folder}/context.yaml`,
      RUNNER_ARGS_PATH: `${folder}/manifest.yaml`,
      ...env,
    };
  };
}

const A_JOB = { template: { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "x" }] } } };
const A_RELEASE = { chart: { name: "web", repo: "https://charts.example.org" } };

/** What leads elsewhere when it becomes a part of a URL. */
const PATHS = ["../x", "a/b", "%2f", "a%2fb", "..", "a?b", "a#b"];

export const rows: BadInputRow[] = [
  {
    row: 1,
    name: "a required variable is missing",
    cases: [
      ...REQUIRED.map((variable) =>
        refused(`no ${variable}`, { env: { [variable]: undefined } }, `${variable}: is required (or --`)
      ),
      refused(
        "none of them",
        { env: all(undefined) },
        `${REQUIRED[0]}: is required`,
        `${REQUIRED[1]}: is required`,
        `${REQUIRED[2]}: is required`,
        `${REQUIRED[3]}: is required`,
      ),
    ],
  },
  {
    row: 2,
    name: "a required variable is empty",
    cases: [
      ...REQUIRED.map((variable) => bad(variable, "", "is empty")),
      refused(
        "all of them",
        { env: all("") },
        `${REQUIRED[0]}: is empty`,
        `${REQUIRED[1]}: is empty`,
        `${REQUIRED[2]}: is empty`,
        `${REQUIRED[3]}: is empty`,
      ),
    ],
  },
  {
    row: 3,
    name: "a value is blank, or has a blank or tab at an end",
    cases: [
      ...badAs(NAME_VARIABLE, [" ", "\t", " work", "work ", "work\t"], withBlanks),
      ...badAs(NAMESPACE_VARIABLE, [" ", "team "], withBlanks),
      ...badAs(REQUIRED[0], [" ", "/manifest.yaml "], withBlanks),
      ...badAs("RUNNER_TIMEOUT", [" ", "5s "], noDuration),
      ...badAs("RUNNER_CONTEXT_DRY_RUN", [" ", "true "], noBoolean),
    ],
  },
  {
    row: 4,
    // No variable and no argument can hold a NUL: the operating system takes it for their end.
    name: "a value has a line end or a control character in it",
    cases: REQUIRED.flatMap((variable) =>
      badAs(variable, ["work\r", "wo\nrk", "work\r\n", "wo\u0007rk"], withBlanks)
    ),
  },
  {
    row: 5,
    name: "the name is not RFC 1123's, or too long for a Workflow",
    cases: [
      ...badAs(NAME_VARIABLE, ["Bad_Name", "-a", "a.", "w\u043erk", "a..b", "a b"], noName),
      ...badAs(REQUIRED[3], ["Bad_Name", "-a", "a."], noName),
      refused(
        "a name of 64 characters",
        { env: { [NAME_VARIABLE]: "a".repeat(64) } },
        "has 64 characters, the limit is 63",
      ),
      refused(
        "a Job's name of 64 characters",
        { program: "job-runner", manifest: A_JOB, env: { [NAME_VARIABLE]: "a".repeat(64) } },
        "the name of a Job: ",
      ),
      refused(
        "a release's name of 54 characters",
        { program: "helm-runner", manifest: A_RELEASE, env: { [NAME_VARIABLE]: "a".repeat(54) } },
        "has 54 characters, the limit is 53",
      ),
      accepted("a name of 64 characters, which a flag replaces", {
        env: { [NAME_VARIABLE]: "a".repeat(64) },
        args: ["--name", "work"],
      }),
    ],
  },
  {
    row: 6,
    name: "the name is too long for any object",
    cases: [
      refused(
        "a name of 254 characters",
        { env: { [NAME_VARIABLE]: "a".repeat(254) } },
        "has 254 characters, the limit is 253",
      ),
      refused(
        "a service account of 254 characters",
        { env: { [REQUIRED[3]]: "a".repeat(254) } },
        "has 254 characters, the limit is 253",
      ),
    ],
  },
  {
    row: 7,
    name: "the namespace is no DNS label",
    cases: [
      ...badAs(NAMESPACE_VARIABLE, ["Team", "a.b", "-a", "a-", "te\u0430m"], noName),
      refused(
        "a namespace of 64 characters",
        { env: { [NAMESPACE_VARIABLE]: "a".repeat(64) } },
        "has 64 characters, the limit is 63",
      ),
    ],
  },
  {
    row: 8,
    name: "name or namespace lead elsewhere in a URL",
    cases: [NAME_VARIABLE, NAMESPACE_VARIABLE].flatMap((variable) => badAs(variable, PATHS, noName)),
  },
  {
    row: 9,
    name: "the time-out is no Go duration, or longer than a timer takes",
    cases: [
      ...badAs(
        "RUNNER_TIMEOUT",
        ["10", "ten", "-5s", "1e3s", "1h-5m", "\u0663s", "1d", "+5s", ".s", ""],
        noDuration,
      ),
      ...badAs("RUNNER_TIMEOUT", ["597h", "2147483648ms", "99999999999999999999h"], tooLong),
      ...["0", "1h2m3.5s", "2147483647ms"].map((value) =>
        accepted(`RUNNER_TIMEOUT="${value}"`, { env: { RUNNER_TIMEOUT: value } })
      ),
    ],
  },
  {
    row: 10,
    name: "a boolean is none of Go's",
    cases: ["RUNNER_CONTEXT_DRY_RUN", "RUNNER_LOGGER_DEV_MODE", "RUNNER_FOLLOW_LOGS"].flatMap((variable) =>
      badAs(variable, ["yes", "on", "2", "tRUE", ""], noBoolean)
    ),
  },
  {
    row: 11,
    name: "a RUNNER_* variable is not known: a warning with the nearest name",
    cases: [
      warned(
        "RUNNER_TIMOUT=10m",
        { env: { RUNNER_TIMOUT: "10m" } },
        "RUNNER_TIMOUT: is not known and is ignored; did you mean RUNNER_TIMEOUT?",
      ),
    ],
  },
  {
    row: 12,
    name: "both contracts at once, or half of the one in files",
    cases: [
      refused(
        "both files, and all variables",
        { prepare: contextFile({}) },
        "RUNNER_CONTEXT_PATH, RUNNER_ARGS_PATH: cannot be given together with RUNNER_CONTEXT_NAME, " +
          "RUNNER_CONTEXT_PLATFORM_NAMESPACE, RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME, RUNNER_INPUT_MANIFEST_PATH: " +
          "the context is either in files or in variables",
      ),
      refused(
        "both files, and a name",
        { env: { ...all(undefined), RUNNER_CONTEXT_NAME: "work" }, prepare: contextFile({}) },
        "RUNNER_CONTEXT_PATH, RUNNER_ARGS_PATH: cannot be given together with RUNNER_CONTEXT_NAME",
      ),
      refused(
        "no context",
        { env: all(undefined), prepare: contextFile({ RUNNER_CONTEXT_PATH: undefined }) },
        "RUNNER_CONTEXT_PATH: is required with RUNNER_ARGS_PATH",
      ),
      refused(
        "no manifest",
        { env: all(undefined), prepare: contextFile({ RUNNER_ARGS_PATH: undefined }) },
        "RUNNER_ARGS_PATH: is required with RUNNER_CONTEXT_PATH",
      ),
      refused(
        "a context that is absent",
        { env: all(undefined), prepare: contextFile({ RUNNER_CONTEXT_PATH: "/no/such/file" }) },
        '"/no/such/file" is not found',
      ),
      refused(
        "a context without a name, and with a NUL in the namespace",
        {
          env: all(undefined),
          prepare: contextFile({}, { name: undefined, platform: { namespace: "te\0am" } }),
        },
        '/context.yaml": name: is required',
        '/context.yaml": platform.namespace: "te\\u0000am" has blanks at an end or control characters in it',
        '/context.yaml": platform.serviceAccountName: is required',
      ),
      accepted("both files, with null in the context and comments' documents around the manifest", {
        env: { ...all(undefined), RUNNER_CONTEXT_DRY_RUN: undefined },
        manifest: "---\n# off\n---\nentrypoint: main\ntemplates: [{name: main, suspend: {}}]\n---\n# off\n",
        prepare: contextFile({}, {
          timeout: null,
          platform: { namespace: "team", serviceAccountName: "worker", ownerRef: null, cluster: null },
        }),
      }),
      accepted("both files and nothing else", {
        env: { ...all(undefined), RUNNER_CONTEXT_DRY_RUN: undefined },
        prepare: contextFile({}),
      }, { entrypoint: "main" }),
    ],
  },
  {
    row: 13,
    name: "a log level, flag, argument or word is not known",
    cases: [
      warned(
        "RUNNER_LOGGER_LEVEL=trace",
        { env: { RUNNER_LOGGER_LEVEL: "trace" } },
        "RUNNER_LOGGER_LEVEL: is not known",
      ),
      refused("--wait", { args: ["--wait"] }, '"--wait" is not known; see --help'),
      refused("-x", { args: ["-x"] }, '"-x" is not known; see --help'),
      refused("--timeot=5s", { args: ["--timeot=5s"] }, '"--timeot=5s" is not known; see --help'),
      refused("an argument", { args: ["work"] }, '"work" is not known; see --help'),
      refused("an argument after --", { args: ["--", "work"] }, '"work" is not known; see --help'),
      bad("RUNNER_STATUS_REPORTER", "mail", '"mail" is not known, expected configmap, secret, nop'),
      bad("RUNNER_ON_EXISTING", "steal", '"steal" is not known, expected adopt, refuse'),
      bad("RUNNER_ON_TIMEOUT", "kill", '"kill" is not known, expected leave, stop, terminate'),
      bad("RUNNER_LOG_TAIL_LINES", "-1", '"-1" is not a number from 0 to 9999'),
      refused(
        "two of them, and a wrong variable",
        { args: ["work", "--wait"], env: { RUNNER_TIMEOUT: "x" } },
        '"work" is not known',
        '"--wait" is not known',
        'RUNNER_TIMEOUT: "x" is not a duration',
      ),
    ],
  },
];
