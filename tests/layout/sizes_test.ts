import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

/** Maximum number of lines of a function, including nested functions. */
const MAX_LINES = 40;
/** Maximum number of files directly in a folder. */
const MAX_FILES = 16;

/** Functions that may be longer, by name, each with its reason. */
const LONG_FUNCTIONS: Record<string, string> = {
  argoRunner: "a factory: the runner's methods stand in it, and each of them is short",
  jobRunner: "as argoRunner",
  helmRunner: "as argoRunner",
  objectRunnerSteps: "as argoRunner",
  helmRbac: "a table of rules",
  helmJob: "a manifest as it is sent",
  container: "a part of that manifest",
};

/** Folders that may hold more files, each with its reason. */
const FULL_FOLDERS: Record<string, string> = {
  "runners/helm": "the largest runner",
  "tests/lab": "what tests share",
};

/** The TypeScript files below a folder. */
function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(new URL(`${folder}/`, ROOT))].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return filesBelow(`${folder}/${name}`);
    return name.endsWith(".ts") ? [`${folder}/${name}`] : [];
  });
}

interface FoundFunction {
  name: string;
  lines: number;
}

/** The named functions and methods of a module, as the linter's parser reads them. */
function functionsOf(path: string, code: string): FoundFunction[] {
  const found: FoundFunction[] = [];
  const add = (name: string, { range: [from, to] }: Deno.lint.Node) => {
    found.push({ name, lines: code.slice(from, to).split("\n").length });
  };
  const visitor: Deno.lint.LintVisitor = {
    FunctionDeclaration: (node) => add(node.id?.name ?? "default", node),
    MethodDefinition: (node) => add(code.slice(...node.key.range), node),
    ArrowFunctionExpression: (node) => add(nameOf(node.parent, code), node),
    FunctionExpression: (node) => add(nameOf(node.parent, code), node),
  };
  const plugin = { name: "sizes", rules: { functions: { create: () => visitor } } };
  Deno.lint.runPlugin(plugin, path, code);
  return found;
}

/** The name that an anonymous function gets from its place in the code. */
function nameOf(parent: Deno.lint.Node, code: string): string {
  if (parent.type === "VariableDeclarator") return code.slice(...parent.id.range).split(":")[0]!;
  if (parent.type === "Property" || parent.type === "MethodDefinition") {
    return code.slice(...parent.key.range);
  }
  return "a callback";
}

const rooms = ["src", "runners", "cmd"];
const functions = rooms.flatMap(filesBelow).flatMap((path) =>
  functionsOf(path, Deno.readTextFileSync(new URL(path, ROOT))).map((each) => ({ ...each, path }))
);

Deno.test(`no function has more than ${MAX_LINES} lines, but for those in the table`, () => {
  assert(functions.length > 1_000, `${functions.length} functions`);
  const long = functions.filter(({ name, lines }) => lines > MAX_LINES && !(name in LONG_FUNCTIONS));
  assertEquals(long, []);
});

Deno.test(`no folder has more than ${MAX_FILES} files, but for those in the table`, () => {
  const folders = Map.groupBy(
    [...rooms, "tests"].flatMap(filesBelow),
    (path) => path.slice(0, path.lastIndexOf("/")),
  );
  assert(folders.size > 30, `${folders.size} folders`);
  const full = [...folders].filter(([folder, { length }]) => length > MAX_FILES && !(folder in FULL_FOLDERS));
  assertEquals(full.map(([folder, { length }]) => `${folder}: ${length}`), []);
});

Deno.test("this test counts the lines of functions, methods and arrow functions", () => {
  const code = `function a() {
  const b = () =>
    1;
}
class C {
  async *#d(): AsyncGenerator {
  }
}
const e = { f() {
} };
`;
  assertEquals(
    functionsOf("x.ts", code).filter(({ lines }) => lines > 1).map(({ name, lines }) => `${name} ${lines}`),
    ["a 4", "b 2", "#d 2", "#d 2", "f 2"],
  );
});
