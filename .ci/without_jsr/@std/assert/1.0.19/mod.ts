/**
 * Stand-in for `@std/assert`: the assertions that the project's tests use.
 *
 * @module
 */
export { assert, assertInstanceOf, assertMatch, assertStringIncludes, fail } from "./assert.ts";
export * from "./assert_equals.ts";
export * from "./assert_throws.ts";
export * from "./assertion_error.ts";
