import { assertEquals } from "@std/assert";
import { parseCommandLine } from "../../../src/config/command_line.ts";
import { COMMANDS, takeCommand } from "../../../src/program/commands/commands.ts";

Deno.test("takeCommand() removes each command from the command line", () => {
  for (const { name } of COMMANDS) {
    const { command, rest } = takeCommand(parseCommandLine([name, "--name", "x"]));
    assertEquals([command.name, rest], [name, parseCommandLine(["--name", "x"])]);
  }
  assertEquals(COMMANDS.map(({ name }) => name), ["run", "check", "rbac", "explain"]);
});

Deno.test("takeCommand() returns run if there is no command", () => {
  const commandLine = parseCommandLine(["--name", "x"]);
  const { command, rest } = takeCommand(commandLine);
  assertEquals([command.name, rest], ["run", commandLine]);
});

for (const args of [["work"], ["Check"], ["", "check"]]) {
  Deno.test(`takeCommand() leaves ${JSON.stringify(args)} to run, which refuses it`, () => {
    const commandLine = parseCommandLine(args);
    const { command, rest } = takeCommand(commandLine);
    assertEquals([command.name, rest], ["run", commandLine]);
  });
}
