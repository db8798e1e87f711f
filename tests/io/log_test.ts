import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Log, openLog, silentLog } from "../../src/io/log.ts";

/** A stream that keeps what is written. */
function recorder() {
  const written: string[] = [];
  return {
    written,
    writeSync(bytes: Uint8Array) {
      written.push(new TextDecoder().decode(bytes));
      return bytes.length;
    },
  };
}

/** The lines that a log writes. */
function linesOf(devMode: boolean, write: (log: Log) => void): string[] {
  const stream = recorder();
  write(openLog({ devMode, stream })("runner.demo"));
  return stream.written.join("").split("\n").filter((line) => line !== "");
}

Deno.test("openLog() writes a JSON line for each entry, with its fields", () => {
  const [line = ""] = linesOf(false, (log) => log.info('Workflow "x" is created', { uid: "u1" }));
  const { time, ...rest } = JSON.parse(line);
  assertMatch(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assertEquals(rest, { level: "info", logger: "runner.demo", message: 'Workflow "x" is created', uid: "u1" });
});

Deno.test("openLog() keeps a text of several lines on one JSON line", () => {
  const lines = linesOf(false, (log) => log.error("first\nsecond"));
  assertEquals(lines.map((line) => JSON.parse(line).message), ["first\nsecond"]);
});

Deno.test("openLog() lets no text draw elsewhere on a terminal in dev mode", () => {
  const [line = ""] = linesOf(true, (log) => log.info("\x1b[2Jover\x07"));
  assert(line.endsWith(" over"), JSON.stringify(line));
});

Deno.test("openLog() writes Info and above for machines", () => {
  const lines = linesOf(false, (log) => {
    log.debug("a");
    log.info("b");
    log.warn("c");
    log.error("d");
  });
  assertEquals(lines.map((line) => JSON.parse(line).level), ["info", "warn", "error"]);
});

Deno.test("openLog() writes Debug and above for people", () => {
  const lines = linesOf(true, (log) => {
    log.debug("a");
    log.info("b");
    log.warn("c");
    log.error("d");
  });
  assertEquals(lines.map((line) => line.split(" ")[1]), ["DEBUG", "INFO", "WARN", "ERROR"]);
});

Deno.test("openLog() writes time, level, logger, text and fields for people", () => {
  const [line = ""] = linesOf(true, (log) => log.info("created", { uid: "u1", count: 2 }));
  assertMatch(line, /^\d\d:\d\d:\d\d\.\d{3} INFO {2}runner\.demo {10}created uid="u1" count=2$/);
});

Deno.test("openLog() names each logger after what asks for it", () => {
  const stream = recorder();
  const log = openLog({ devMode: false, stream });
  log("config").warn("a");
  log("manager").warn("b");
  assertEquals(stream.written.map((line) => JSON.parse(line).logger), ["config", "manager"]);
});

Deno.test("openLog() goes on when its stream is closed", () => {
  const stream = {
    writeSync() {
      throw new Deno.errors.BrokenPipe("closed");
    },
  };
  const log = openLog({ devMode: false, stream })("runner.demo");
  log.info("nobody listens");
  log.error("nobody listens");
});

Deno.test("openLog() writes each entry to the stream before it returns", () => {
  const stream = recorder();
  openLog({ devMode: false, stream })("runner.demo").info("now");
  assertStringIncludes(stream.written.join(""), '"message":"now"');
});

Deno.test("silentLog takes every level", () => {
  silentLog.debug("a");
  silentLog.info("a");
  silentLog.warn("a");
  silentLog.error("a");
});
