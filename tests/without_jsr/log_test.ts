import { BaseHandler, Logger, LogLevels, type LogRecord } from "@std/log";
import { assert, assertEquals, assertInstanceOf } from "@std/assert";

class Lines extends BaseHandler {
  readonly lines: string[] = [];

  override log(msg: string): void {
    this.lines.push(msg);
  }
}

class Records extends BaseHandler {
  readonly records: LogRecord[] = [];

  override handle(record: LogRecord): void {
    this.records.push(record);
  }

  override log(): void {}
}

Deno.test("Logger hands a handler the messages at or above both levels", () => {
  const info = new Lines("INFO");
  const error = new Lines("ERROR");
  const log = new Logger("runner.x", "DEBUG", { handlers: [info, error] });
  log.debug("a");
  log.info("b");
  log.warn("c");
  log.error("d");
  log.critical("e");
  assertEquals(info.lines, ["INFO b", "WARN c", "ERROR d", "CRITICAL e"]);
  assertEquals(error.lines, ["ERROR d", "CRITICAL e"]);

  log.levelName = "CRITICAL";
  assertEquals(log.level, LogLevels.CRITICAL);
  log.error("f");
  assertEquals(error.lines.length, 2);
});

Deno.test("BaseHandler uses its formatter", () => {
  const handler = new Lines("DEBUG", {
    formatter: ({ loggerName, msg, args }) => `${loggerName}|${msg}|${args}`,
  });
  new Logger("x", "DEBUG", { handlers: [handler] }).info("m", 1, "two");
  assertEquals(handler.lines, ["x|m|1,two"]);
});

Deno.test("LogRecord holds message, arguments, level, logger and time", () => {
  const handler = new Records("DEBUG");
  const before = Date.now();
  new Logger("runner.x", "DEBUG", { handlers: [handler] }).warn("m", { a: 1 });
  const [record] = handler.records;
  assert(record !== undefined);
  assertEquals(record.msg, "m");
  assertEquals(record.args, [{ a: 1 }]);
  assertEquals(record.level, 30);
  assertEquals(record.levelName, "WARN");
  assertEquals(record.loggerName, "runner.x");
  assertInstanceOf(record.datetime, Date);
  assert(record.datetime.getTime() >= before);
});

Deno.test("Logger makes text of messages that are none, and calls a function only if it logs", () => {
  const handler = new Lines("DEBUG", { formatter: ({ msg }) => msg });
  const log = new Logger("x", "INFO", { handlers: [handler] });
  assertEquals(log.info(() => "called"), "called");
  assertEquals(log.debug(() => "not called"), undefined);
  log.info({ a: "b", c: [1] });
  log.info(null);
  assertEquals(handler.lines, ["called", '{"a":"b","c":{"0":1}}', "null"]);
});
