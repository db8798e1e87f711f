/**
 * The log of a run: JSON lines for machines, or lines for people in dev mode; always on standard error.
 *
 * @module
 */
import { BaseHandler, Logger, type LogRecord } from "@std/log";
import { printable } from "../text/printable.ts";
import { Mask } from "./secrets.ts";
import { type Stream, writeText } from "./standard_streams.ts";

/** Values beside a log line's text. They must be JSON, and never a Secret's value or a token. */
export type LogFields = Record<string, unknown>;

/** What a runner logs with. */
export interface Log {
  /** Details for debugging the runner; shown in dev mode only. */
  debug(message: string, fields?: LogFields): void;
  /** A change that people want to know about. */
  info(message: string, fields?: LogFields): void;
  /** Something is wrong, and the run goes on. */
  warn(message: string, fields?: LogFields): void;
  /** Something is wrong, and the run ends. */
  error(message: string, fields?: LogFields): void;
}

/** Makes the logger of a name, such as `runner.argo.workflow`. */
export type LogFactory = (name: string) => Log;

/** Options of {@linkcode openLog}. */
export interface OpenLogOptions {
  /** `true`: lines for people, Debug and above; `false`: JSON lines, Info and above. */
  devMode: boolean;
  /** Where to write; standard error by default. */
  stream?: Stream | undefined;
  /** Hides secrets; nothing is hidden by default. */
  mask?: Mask | undefined;
}

/** Opens the log of a run. */
export function openLog(options: OpenLogOptions): LogFactory {
  const format = options.devMode ? formatForPeople : formatAsJson;
  const level = options.devMode ? "DEBUG" : "INFO";
  const { mask = new Mask(), stream = Deno.stderr } = options;
  const handler = new StreamHandler(level, stream, (record) => format(lineOf(record, mask)));
  return (name) => {
    const logger = new Logger(name, level, { handlers: [handler] });
    return {
      debug: (message, fields) => void logger.debug(message, fields),
      info: (message, fields) => void logger.info(message, fields),
      warn: (message, fields) => void logger.warn(message, fields),
      error: (message, fields) => void logger.error(message, fields),
    };
  };
}

/** A log that drops everything, for tests and for callers that want no log. */
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

/** A line of the log, as data. */
interface Line {
  time: string;
  level: string;
  logger: string;
  message: string;
  fields: LogFields;
}

function lineOf(record: LogRecord, mask: Mask): Line {
  return {
    time: record.datetime.toISOString(),
    level: record.levelName,
    logger: record.loggerName,
    message: mask.apply(record.msg),
    fields: mask.applyTo((record.args[0] ?? {}) as LogFields),
  };
}

function formatAsJson({ time, level, logger, message, fields }: Line): string {
  return JSON.stringify({ time, level: level.toLowerCase(), logger, message, ...fields });
}

function formatForPeople({ time, level, logger, message, fields }: Line): string {
  const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  return `${time.slice(11, 23)} ${level.padEnd(5)} ${logger.padEnd(20)} ${printable(message)}${
    pairs.join("")
  }`;
}
