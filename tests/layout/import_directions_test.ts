import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

interface Import {
  /** A path from the project's root, such as `src/mod.ts`, or the name of a dependency. */
  to: string;
  isRelative: boolean;
  /** Whether it is `import type`, or imports only `type` names: it does not exist at run time. */
  isTypeOnly: boolean;
  isDynamic: boolean;
}

interface Source {
  path: string;
  /** The module's text, without comments. */
  code: string;
  imports: Import[];
}

/** The paths of all TypeScript files below a folder. */
function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, ROOT))].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return filesBelow(`${folder}${name}/`);
    return name.endsWith(".ts") ? [`${folder}${name}`] : [];
  }).sort();
}

function readSource(path: string): Source {
  const code = withoutComments(Deno.readTextFileSync(new URL(path, ROOT)));
  return { path, code, imports: importsOf(path, code) };
}

/** Removes comments, but keeps texts that look like a comment. */
function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\/|("(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|(?<!:)\/\/[^\n]*/g, "$1");
}

const STATIC_IMPORT = /^(?:import|export)\b(?:([^;"]*?)\bfrom\s*)?\s*"([^"]+)"/gm;
const DYNAMIC_IMPORT = /\bimport\(\s*"([^"]+)"/g;

function importsOf(path: string, code: string): Import[] {
  const statics = [...code.matchAll(STATIC_IMPORT)].map(([, names = "", to = ""]) => ({
    ...resolve(path, to),
    isTypeOnly: isTypeOnly(names),
    isDynamic: false,
  }));
  const dynamics = [...code.matchAll(DYNAMIC_IMPORT)].map(([, to = ""]) => ({
    ...resolve(path, to),
    isTypeOnly: false,
    isDynamic: true,
  }));
  return [...statics, ...dynamics];
}

function resolve(path: string, to: string): Pick<Import, "to" | "isRelative"> {
  if (!to.startsWith(".")) return { to, isRelative: false };
  const url = new URL(to, new URL(path, ROOT));
  return { to: url.href.slice(ROOT.href.length), isRelative: true };
}

function isTypeOnly(names: string): boolean {
  if (/^\s*type\b/.test(names)) return true;
  const list = /\{([^}]*)\}/.exec(names)?.[1]?.split(",").map((name) => name.trim()).filter(Boolean) ?? [];
  return list.length > 0 && list.every((name) => name.startsWith("type "));
}

const sources = [...filesBelow("src/"), ...filesBelow("runners/"), ...mains()].map(readSource);

/** The module of the sandbox, which loads no dependency. */
const SANDBOX = "src/program/sandbox.ts";

const ofTesting = sources.filter(({ path }) => path.startsWith("src/testing/"));

/** `src/testing`, which is not part of a program. */
const ofPrograms = sources.filter((source) => !ofTesting.includes(source));

/** The programs' main modules; `cmd` also has tools, which are not part of a program. */
function mains(): string[] {
  return filesBelow("cmd/").filter((path) => path.endsWith("/main.ts"));
}

/** Whether a path equals the pattern or, if the pattern ends with a slash, is below it; `*` stands for one name. */
function matches(path: string, pattern: string): boolean {
  const expression = pattern.replaceAll(".", "\\.").replaceAll("*", "[^/]+");
  return new RegExp(pattern.endsWith("/") ? `^${expression}` : `^${expression}$`).test(path);
}

function matchesAny(path: string, patterns: string[]): boolean {
  return patterns.some((pattern) => matches(path, pattern));
}

const directions: { from: string; never: string[]; why: string }[] = [
  { from: "src/", never: ["runners/", "cmd/"], why: "the library knows none of its users" },
  { from: "src/", never: ["tests/"], why: "programs hold no tests" },
  { from: "runners/", never: ["tests/", "cmd/"], why: "a runner knows no program" },
  {
    from: "src/manager.ts",
    never: ["src/kube/", "src/status/"],
    why: "the Manager works with any runner and reporter",
  },
];

for (const { from, never, why } of directions) {
  Deno.test(`${from} imports nothing of ${never.join(", ")}: ${why}`, () => {
    const matched = sources.filter(({ path }) => matches(path, from));
    assert(matched.length > 0);
    const wrong = matched.flatMap(({ path, imports }) =>
      imports.filter(({ to }) => matchesAny(to, never)).map(({ to }) => `${path} → ${to}`)
    );
    assertEquals(wrong, []);
  });
}

/** Everything that files import of this project, directly or indirectly. */
function reachedFrom(from: Source[]): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const reached = new Set(from.map(({ path }) => path));
  for (const path of reached) {
    for (const { to, isRelative } of byPath.get(path)?.imports ?? []) if (isRelative) reached.add(to);
  }
  return [...reached];
}

/** The rooms of `src` and the files at its root, from the top: each may import its own layer and the layers below. */
const LAYERS = [
  ["mod"],
  ["program", "check"],
  ["manager", "status"],
  ["run", "config", "work"],
  ["runner"],
  ["pods"],
  ["object"],
  ["kube"],
  ["io"],
  ["time"],
  ["errors"],
  ["exit_codes", "text"],
];

/** The room of a file of `src`, or the file's own name if it is at the root. */
function roomOf(path: string): string {
  return path.split("/")[1]?.replace(/\.ts$/, "") ?? "";
}

function layerOf(path: string): number {
  const layer = LAYERS.findIndex((rooms) => rooms.includes(roomOf(path)));
  assert(layer >= 0, `${path} is in no layer`);
  return layer;
}

Deno.test("src: every import goes down, or stays in its layer", () => {
  const ofLibrary = ofPrograms.filter(({ path }) => path.startsWith("src/"));
  assert(ofLibrary.length > 90);
  const wrong = ofLibrary.flatMap(({ path, imports }) =>
    imports
      .filter(({ to, isRelative }) => isRelative && to.startsWith("src/") && layerOf(to) < layerOf(path))
      .map(({ to }) => `${path} → ${to}`)
  );
  assertEquals(wrong, []);
});

Deno.test("src/kube/ could be a separate package: it imports only io, time, text and errors", () => {
  const reached = reachedFrom(sources.filter(({ path }) => path.startsWith("src/kube/")));
  const rooms = new Set(reached.map(roomOf));
  assertEquals([...rooms].sort(), ["errors", "exit_codes", "io", "kube", "text", "time"]);
});

Deno.test("no program loads src/testing/", () => {
  assertEquals(reachedFrom(ofPrograms).filter((path) => path.startsWith("src/testing/")), []);
});

/** The modules of `src` that a runner may import. */
const RUNNER_DOORS = ["src/mod.ts", "src/kube/mod.ts", "src/pods/mod.ts", "src/work/mod.ts"];

Deno.test("a runner imports the library's doors, its own folder, and other runners through their mod.ts only; its settings import the sandbox's door", () => {
  const runners = sources.filter(({ path }) => path.startsWith("runners/"));
  const wrong = runners.flatMap(({ path, imports }) => {
    const own = path.slice(0, path.lastIndexOf("/") + 1);
    const allowed = path === `${own}settings.ts` ? [SANDBOX] : [...RUNNER_DOORS, own, "runners/*/mod.ts"];
    return imports.filter(({ to }) => !matchesAny(to, allowed))
      .map(({ to }) => `${path} → ${to}`);
  });
  assertEquals(wrong, []);
  assert(runners.length > 0);
});

/** The modules that a program's main module may load itself: the sandbox, and the program's own settings. */
const LOADED_FIRST = [SANDBOX, "runners/*/settings.ts"];
const MAIN_DOORS = ["src/mod.ts", "runners/*/mod.ts", ...LOADED_FIRST];

for (const path of mains()) {
  Deno.test(`${path} has at most 25 lines and imports only the library's doors and runners' mod.ts`, () => {
    const lines = Deno.readTextFileSync(new URL(path, ROOT)).trimEnd().split("\n");
    assert(lines.length <= 25, `${lines.length} lines`);
    const imported = sources.find((source) => source.path === path)?.imports ?? [];
    assert(imported.length > 0);
    assertEquals(
      imported.map(({ to }) => to).filter((to) => !matchesAny(to, MAIN_DOORS)),
      [],
    );
  });

  Deno.test(`${path} loads nothing but the sandbox and its own settings before the sandbox is there`, () => {
    const imported = sources.find((source) => source.path === path)?.imports ?? [];
    const loaded = imported.filter(({ isDynamic }) => !isDynamic).map(({ to }) => to);
    assert(loaded.includes(SANDBOX));
    assertEquals(loaded.filter((to) => !matchesAny(to, LOADED_FIRST)), []);
  });
}

Deno.test("the programs' main modules and everything that they load themselves import no dependency", () => {
  const loaded = new Set(mains());
  const dependencies: string[] = [];
  for (const path of loaded) {
    for (const { to, isRelative, isTypeOnly, isDynamic } of readSource(path).imports) {
      if (isTypeOnly || isDynamic) continue;
      if (isRelative) loaded.add(to);
      else dependencies.push(`${path} → ${to}`);
    }
  }
  assertEquals(dependencies, []);
  assert(loaded.has("src/config/settings.ts"), [...loaded].join(", "));
  assert(!loaded.has("src/mod.ts"));
});

Deno.test("no file imports itself through other files, not even for types", () => {
  const next = new Map(sources.map(({ path, imports }) => [
    path,
    imports.filter(({ isRelative }) => isRelative).map(({ to }) => to),
  ]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, way: string[]) => {
    if (way.includes(path)) cycles.push([...way.slice(way.indexOf(path)), path].join(" → "));
    if (way.includes(path) || done.has(path)) return;
    for (const to of next.get(path) ?? []) visit(to, [...way, path]);
    done.add(path);
  };
  for (const { path } of sources) visit(path, []);
  assertEquals(cycles, []);
});

/** The folders of `src/testing` from the top: each may import its own files and the folders below. */
const TESTING_LAYERS = [
  "src/testing/mod.ts",
  "src/testing/kit/*.ts",
  "src/testing/api/*.ts",
  "src/testing/api/wire/*.ts",
  "src/testing/api/objects/*.ts",
  "src/testing/fake_clock.ts",
];

Deno.test("src/testing/: every import goes down, or stays in its layer", () => {
  const layerOf = (path: string) => {
    const layer = TESTING_LAYERS.findIndex((pattern) => matches(path, pattern));
    assert(layer >= 0, `${path} is in no layer`);
    return layer;
  };
  const wrong = ofTesting.flatMap(({ path, imports }) =>
    imports.filter(({ to }) => to.startsWith("src/testing/") && layerOf(to) < layerOf(path))
      .map(({ to }) => `${path} → ${to}`)
  );
  assertEquals(wrong, []);
});

const MAIN_THREAD = "src/program/main_thread.ts";

/** The doors to the outside world, each with the files that may use it. */
const doors: { what: string; use: RegExp; only: string[] }[] = [
  { what: "exit and signals", use: /\bDeno\.(exit|addSignalListener)\b/, only: [MAIN_THREAD] },
  { what: "the environment", use: /\bDeno\.env\b/, only: [MAIN_THREAD] },
  { what: "the arguments", use: /\bDeno\.args\b/, only: [MAIN_THREAD] },
  { what: "the network", use: /(?<![.#\w])fetch\(/, only: ["src/kube/fetch_client.ts"] },
  {
    what: "standard streams",
    use: /\bDeno\.(stdout|stderr)\b/,
    only: [
      "src/io/log.ts",
      "src/run/outcome/report.ts",
      "src/program/run.ts",
      "src/program/commands/*_command.ts",
      MAIN_THREAD,
    ],
  },
  { what: "standard input", use: /\bDeno\.stdin\b/, only: [] },
  { what: "the console", use: /\bconsole\./, only: [] },
  {
    what: "reads of files",
    use: /\bDeno\.(open|readTextFile|readFile|stat|lstat|readDir|readLink|realPath)(Sync)?\b/,
    only: [
      "src/io/read_file.ts",
      "src/kube/credentials.ts",
      "src/kube/connection.ts",
      MAIN_THREAD,
    ],
  },
  {
    what: "writes of files",
    use: /\bDeno\.(create|writeTextFile|writeFile|mkdir|remove|rename|makeTemp\w*)(Sync)?\b/,
    only: [],
  },
  { what: "programs and libraries of the system", use: /\bDeno\.(Command|dlopen|run)\b/, only: [] },
  { what: "sockets", use: /\bDeno\.(connect|connectTls|listen|serve)\b|\bnew WebSocket\b/, only: [] },
  { what: "code made of texts", use: /\beval\(|\bnew Function\(/, only: [] },
];

for (const { what, use, only } of doors) {
  Deno.test(`${what}: ${only.length === 0 ? "nowhere" : `only in ${only.join(", ")}`}`, () => {
    const users = ofPrograms.filter(({ code }) => use.test(code)).map(({ path }) => path);
    assertEquals(users.filter((path) => !matchesAny(path, only)), []);
  });
}

Deno.test("every door is where the table says", () => {
  const unused = doors.filter(({ use, only }) =>
    only.length > 0 && !ofPrograms.some(({ code, path }) => matchesAny(path, only) && use.test(code))
  );
  assertEquals(unused.map(({ what }) => what), []);
});

Deno.test("@kubernetes/client-node is loaded only by src/kube/kubeconfig.ts, when it is needed", () => {
  const loads = sources.flatMap(({ path, imports }) =>
    imports
      .filter(({ to, isTypeOnly }) => to.includes("@kubernetes/client-node") && !isTypeOnly)
      .map(({ isDynamic }) => ({ path, isDynamic }))
  );
  assertEquals(loads, [{ path: "src/kube/kubeconfig.ts", isDynamic: true }]);
});

const parsed: { code: string; imports: Import[] }[] = [
  {
    code: 'import type { A } from "./a.ts";\nimport { type B, type C } from "../b.ts";\n',
    imports: [
      { to: "src/kube/a.ts", isRelative: true, isTypeOnly: true, isDynamic: false },
      { to: "src/b.ts", isRelative: true, isTypeOnly: true, isDynamic: false },
    ],
  },
  {
    code: 'import {\n  type A,\n  b,\n} from "@std/log";\nexport * from "./c.ts";\nimport "./d.ts";\n',
    imports: [
      { to: "@std/log", isRelative: false, isTypeOnly: false, isDynamic: false },
      { to: "src/kube/c.ts", isRelative: true, isTypeOnly: false, isDynamic: false },
      { to: "src/kube/d.ts", isRelative: true, isTypeOnly: false, isDynamic: false },
    ],
  },
  {
    code: 'const { a } = await import("npm:a");\n',
    imports: [{ to: "npm:a", isRelative: false, isTypeOnly: false, isDynamic: true }],
  },
];

for (const { code, imports } of parsed) {
  Deno.test(`this test reads imports such as ${JSON.stringify(code.slice(0, 30))}`, () => {
    assertEquals(importsOf("src/kube/x.ts", code), imports);
  });
}

Deno.test("this test ignores comments, and does not take texts for comments", () => {
  assertEquals(
    withoutComments('/** import("a") */ b; // Deno.env\nconst c = "https://d/*";'),
    ' b; \nconst c = "https://d/*";',
  );
});
