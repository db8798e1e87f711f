import { assert, assertEquals } from "@std/assert";

interface Config {
  readonly imports: Record<string, string>;
  readonly links: string[];
}

const ROOT = new URL("../../", import.meta.url);

/** What the second configuration is there for. */
const OWN_KEYS = ["links", "lock"];

/** What is only read from `deno.json`: tasks start from there, and formatting, linting and publishing need no JSR. */
const DENO_JSON_ONLY = ["license", "tasks", "fmt", "lint", "publish"];

function read(path: string): Record<string, unknown> {
  return JSON.parse(Deno.readTextFileSync(new URL(path, ROOT)));
}

function without(config: Record<string, unknown>, keys: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !keys.includes(key)));
}

/** Whether a version is in a caret range such as `^1` or `^0.224`. */
function inCaretRange(version: string, range: string): boolean {
  const numbers = (text: string) => text.split(".").map(Number);
  const [have, want] = [numbers(version), numbers(range.slice(1))];
  const fixed = want.findIndex((number) => number !== 0) + 1;
  const firstDifferent = want.findIndex((number, index) => number !== have[index]);
  if (firstDifferent < 0) return true;
  return firstDifferent >= fixed && (have[firstDifferent] ?? 0) > (want[firstDifferent] ?? 0);
}

const full = read("deno.json");
const withoutJsr = read(".deno.without_jsr.json");
const { imports, links } = withoutJsr as unknown as Config;

Deno.test("both configurations agree on all but what each is for", () => {
  assertEquals(without(withoutJsr, OWN_KEYS), without(full, [...DENO_JSON_ONLY, ...OWN_KEYS]));
});

Deno.test("every jsr: import has a stand-in of its name, with a version in its range", () => {
  const standIns = new Map(links.map((path) => {
    const { name, version } = read(`${path}/deno.json`);
    return [String(name), String(version)];
  }));
  const wanted = Object.values(imports).filter((specifier) => specifier.startsWith("jsr:"));
  assertEquals(wanted.length, standIns.size);
  for (const specifier of wanted) {
    const [, name = "", range = ""] = /^jsr:(@.+)@(.+)$/.exec(specifier) ?? [];
    const version = standIns.get(name);
    assert(version !== undefined, `${name} has no stand-in`);
    assert(inCaretRange(version, range), `${name} ${version} is not in ${range}`);
  }
});

const ranges: [string, string, boolean][] = [
  ["1.0.0", "^1", true],
  ["1.2.3", "^1.2", true],
  ["1.1.9", "^1.2", false],
  ["2.0.0", "^1", false],
  ["0.224.14", "^0.224", true],
  ["0.225.0", "^0.224", false],
];

for (const [version, range, expected] of ranges) {
  Deno.test(`inCaretRange() says ${expected} to ${version} in ${range}`, () => {
    assertEquals(inCaretRange(version, range), expected);
  });
}
