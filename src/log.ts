/**
 * The log of a run: JSON lines for machines, or lines for people in dev mode; always on standard error.
 *
 * @module
 */
import { BaseHandler, Logger, type LogRecord } from "@std/log";
import { type Stream, writeText } from "./standard_streams.ts";

/** Facts beside a log line's text. Values must be JSON; never a Secret's value or a token. */
export type LogFields = Record<string, unknown>;

/** What a runner logs with. */
export interface Log {
  /** For who debugs the runner; shown in dev mode only. */
  debug(message: string, fields?: LogFields): void;
  /** A change that people want to know. */
  info(message: string, fields?: LogFields): void;
  /** Something is wrong, and the run goes on. */
  warn(message: string, fields?: LogFields): void;
  /** Something is wrong, and the run ends. */
  error(message: string, fields?: LogFields): void;
}

/** Gives the logger of a name, such as `runner.argo.workflow`. */
export type LogFactory = (name: string) => Log;

/** Options of {@linkcode openLog}. */
export interface OpenLogOptions {
  /** `true`: lines for people, Debug and above; `false`: JSON lines, Info and above. */
  devMode: boolean;
  /** Where to write; standard error by default. */
  stream?: Stream;
}

/** Opens the log of a run. */
export function openLog(options: OpenLogOptions): LogFactory {
  const format = options.devMode ? formatForPeople : formatAsJson;
  const level = options.devMode ? "DEBUG" : "INFO";
  const handler = new StreamHandler(level, options.stream ?? Deno.stderr, format);
  return (name) => new Logger(name, level, { handlers: [handler] });
}

/** A log that drops everything, for tests and for callers that want none. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

class StreamHandler extends BaseHandler {
  readonly #stream: Stream;

  constructor(level: "DEBUG" | "INFO", stream: Stream, formatter: (record: LogRecord) => string) {
    super(level, { formatter });
    this.#stream = stream;
  }

  override log(line: string): void {
    writeText(this.#stream, line + "\n");
  }
}

function formatAsJson(record: LogRecord): string {
  return JSON.stringify({
    time: record.datetime.toISOString(),
    level: record.levelName.toLowerCase(),
    logger: record.loggerName,
    message: record.msg,
    ...fieldsOf(record),
  });
}

function formatForPeople(record: LogRecord): string {
  const time = record.datetime.toISOString().slice(11, 23);
  const fields = Object.entries(fieldsOf(record)).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  const logger = record.loggerName.padEnd(20);
  return `${time} ${record.levelName.padEnd(5)} ${logger} ${record.msg}${fields.join("")}`;
}

function fieldsOf(record: LogRecord): LogFields {
  return (record.args[0] ?? {}) as LogFields;
}
