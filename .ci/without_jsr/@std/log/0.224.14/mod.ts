/**
 * Stand-in for `@std/log`: loggers and the base of handlers, without the global functions, the setup and the
 * handlers that write to a console or file.
 *
 * @module
 */
export * from "./base_handler.ts";
export * from "./levels.ts";
export * from "./logger.ts";
