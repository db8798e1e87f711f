import { assertEquals } from "@std/assert";
import { type Argument, lastFlag, parseCommandLine } from "../../src/config/command_line.ts";

/** A flag. */
function flag(flag: string, text?: string, written = `--${flag}`): Argument {
  return { written, flag, text };
}

/** An argument that is not a flag, or a flag with a single dash. */
function word(written: string, text?: string): Argument {
  return { written, flag: undefined, text };
}

const cases: { args: string[]; command?: string; given: Argument[] }[] = [
  { args: [], given: [] },
  { args: ["check"], command: "check", given: [] },
  { args: [""], command: "", given: [] },
  { args: ["run", "--name", "x"], command: "run", given: [flag("name", "x")] },
  { args: ["--name", "x", "run"], given: [flag("name", "x"), word("run")] },
  { args: ["--name=x", "run"], given: [flag("name", "x", "--name=x"), word("run")] },
  { args: ["--name=a=b"], given: [flag("name", "a=b", "--name=a=b")] },
  { args: ["--name=a\nb"], given: [flag("name", "a\nb", "--name=a\nb")] },
  { args: ["--name="], given: [flag("name", "", "--name=")] },
  { args: ["--name", ""], given: [flag("name", "")] },
  { args: ["--dry-run", "--dev"], given: [flag("dry-run"), flag("dev")] },
  { args: ["--dry-run", "false"], given: [flag("dry-run", "false")] },
  { args: ["--name", "-x"], given: [flag("name"), word("-x")] },
  { args: ["-x", "y", "z"], given: [word("-x", "y"), word("z")] },
  { args: ["-"], given: [word("-")] },
  { args: ["--=x"], given: [word("--=x")] },
  { args: ["---x"], given: [flag("-x")] },
  { args: ["--name", "--", "x", "--dev", "--"], given: [flag("name"), word("x"), word("--dev"), word("--")] },
  { args: ["check", "--", "x"], command: "check", given: [word("x")] },
  { args: ["--__proto__=x"], given: [flag("__proto__", "x", "--__proto__=x")] },
];

for (const { args, command, given } of cases) {
  Deno.test(`parseCommandLine() reads ${JSON.stringify(args)}`, () => {
    assertEquals(parseCommandLine(args), { command, given });
  });
}

Deno.test("lastFlag() is the last use of a flag, and ignores words after --", () => {
  const commandLine = parseCommandLine(["--name", "a", "--name=b", "--", "--name=c", "--other"]);
  assertEquals(lastFlag(commandLine, "name")?.text, "b");
  assertEquals(lastFlag(commandLine, "other"), undefined);
});
