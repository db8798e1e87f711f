import { withNote } from "./assert.ts";
import { AssertionError } from "./assertion_error.ts";
import { diff } from "./diff.ts";
import { equal } from "./equal.ts";

/** Fails unless the values are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  throw new AssertionError(`${withNote("Values are not equal", msg)}\n\n${diff(actual, expected)}`);
}

/** Fails if the values are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) return;
  throw new AssertionError(withNote(`Expected actual: ${Deno.inspect(actual)} not to be the same`, msg));
}

/**
 * Fails unless the actual object contains everything in the expected object, at any depth. Lists are compared item by
 * item.
 */
export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any -- as the real one, so that objects of any interface are accepted
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  assertEquals(part(actual, expected), part(expected, expected), msg);
}

/** The part of `actual` with the keys of `expected`, without classes. */
function part(actual: unknown, expected: unknown, seen = new Map<object, unknown>()): unknown {
  if (!hasParts(actual) || !hasParts(expected) || Array.isArray(actual) !== Array.isArray(expected)) {
    return actual;
  }
  if (seen.get(actual) === expected) return actual;
  seen.set(actual, expected);
  const shared = Reflect.ownKeys(actual).filter((key) => key !== "length" && key in expected);
  return Object.fromEntries(shared.map((key) => [key, part(actual[key], expected[key], seen)]));
}

function hasParts(value: unknown): value is Record<PropertyKey, unknown> {
  if (typeof value !== "object" || value === null) return false;
  return !(value instanceof Date || value instanceof RegExp || value instanceof Map || value instanceof Set);
}
