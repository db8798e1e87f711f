import { parseArgs } from "@std/cli/parse-args";
import { assertEquals } from "@std/assert";

const cases: { args: string[]; expected: Record<string, unknown> }[] = [
  { args: [], expected: { port: "80", help: false, h: false, _: [] } },
  { args: ["--name", "a b"], expected: { name: "a b", port: "80", help: false, h: false, _: [] } },
  { args: ["--name=a=b"], expected: { name: "a=b", port: "80", help: false, h: false, _: [] } },
  { args: ["--name", "1", "--name", "2"], expected: { name: "2", port: "80", help: false, h: false, _: [] } },
  { args: ["--name"], expected: { name: "", port: "80", help: false, h: false, _: [] } },
  { args: ["--name", "--help"], expected: { name: "", port: "80", help: true, h: true, _: [] } },
  { args: ["--port", "8080"], expected: { port: "8080", help: false, h: false, _: [] } },
  { args: ["-h", "x"], expected: { port: "80", help: true, h: true, _: ["x"] } },
  { args: ["--help", "false", "x"], expected: { port: "80", help: false, h: false, _: ["x"] } },
  { args: ["--help=false"], expected: { port: "80", help: false, h: false, _: [] } },
  { args: ["--help=yes"], expected: { port: "80", help: true, h: true, _: [] } },
  { args: ["--no-help"], expected: { "no-help": true, port: "80", help: false, h: false, _: [] } },
  { args: ["--other", "5"], expected: { other: 5, port: "80", help: false, h: false, _: [] } },
  {
    args: ["a", "7", "-", "--", "--help", "8"],
    expected: { port: "80", help: false, h: false, _: ["a", 7, "-", "--help", "8"] },
  },
];

for (const { args, expected } of cases) {
  Deno.test(`parseArgs() reads ${JSON.stringify(args)}`, () => {
    const read = parseArgs(args, {
      string: ["name", "port"],
      boolean: ["help"],
      alias: { help: "h" },
      default: { port: "80" },
    });
    assertEquals<Record<string, unknown>>(read, expected);
  });
}

Deno.test("parseArgs() gives declared flags their types", () => {
  const read = parseArgs(["--flag", "--set", "a", "--set", "b"], {
    string: ["name", "port", "set"],
    boolean: ["flag"],
    collect: ["set"],
    default: { port: "80" },
  });
  const name: string | undefined = read.name;
  const port: string = read.port;
  const flag: boolean = read.flag;
  const set: string[] = read.set;
  assertEquals({ name, port, flag, set }, { name: undefined, port: "80", flag: true, set: ["a", "b"] });
});

Deno.test("parseArgs() asks about what is not declared, and leaves it out on false", () => {
  const asked: unknown[] = [];
  const read = parseArgs(["--name", "x", "--nope=1", "-q", "word"], {
    string: ["name"],
    unknown: (arg, key, value) => {
      asked.push([arg, key, value]);
      return false;
    },
  });
  assertEquals<Record<string, unknown>>(read, { name: "x", _: [] });
  assertEquals(asked, [["--nope=1", "nope", "1"], ["-q", "q", "word"]]);
});

Deno.test("parseArgs() can stop at the first argument and keep what follows -- apart", () => {
  const stopped = parseArgs(["--a", "--", "x"], { boolean: ["a"], "--": true });
  assertEquals<Record<string, unknown>>(stopped, { a: true, _: [], "--": ["x"] });
  const early = parseArgs(["--a", "run", "--b"], { boolean: ["a"], stopEarly: true });
  assertEquals<Record<string, unknown>>(early, { a: true, _: ["run", "--b"] });
});
