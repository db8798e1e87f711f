import { withNote } from "./assert.ts";
import { AssertionError } from "./assertion_error.ts";

// deno-lint-ignore no-explicit-any -- as the real one: any error class has such a constructor
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/** Fails unless the function throws; returns what it throws. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Fails unless the function throws an error of this class whose message contains the given text. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  classOrMsg?: ErrorClass<Error> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  const expected = expectation(classOrMsg, msgIncludes, msg);
  try {
    fn();
  } catch (error) {
    return checked(error, expected);
  }
  throw new AssertionError(withNote("Expected function to throw", expected.msg));
}

/** Fails unless the function returns a promise that is rejected; resolves to the reason. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Fails unless the promise is rejected with an error of this class whose message contains the given text. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: ErrorClass<Error> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const expected = expectation(classOrMsg, msgIncludes, msg);
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch (cause) {
    throw new AssertionError(withNote("Function throws when expected to reject", expected.msg), { cause });
  }
  if (typeof promise?.then !== "function") {
    throw new AssertionError(withNote("Function throws when expected to reject", expected.msg));
  }
  try {
    await promise;
  } catch (error) {
    return checked(error, expected);
  }
  throw new AssertionError(withNote("Expected function to reject", expected.msg));
}

interface Expectation {
  ErrorClass: ErrorClass<Error> | undefined;
  msgIncludes: string | undefined;
  msg: string | undefined;
}

function expectation(
  classOrMsg: ErrorClass<Error> | string | undefined,
  msgIncludes: string | undefined,
  msg: string | undefined,
): Expectation {
  if (typeof classOrMsg === "string") {
    return { ErrorClass: undefined, msgIncludes: undefined, msg: classOrMsg };
  }
  return { ErrorClass: classOrMsg, msgIncludes, msg };
}

function checked(error: unknown, { ErrorClass, msgIncludes, msg }: Expectation): unknown {
  if (ErrorClass === undefined) return error;
  if (!(error instanceof ErrorClass)) {
    const actual = error instanceof Error ? error.constructor.name : Deno.inspect(error);
    throw new AssertionError(
      withNote(`Expected error to be instance of "${ErrorClass.name}", but was "${actual}"`, msg),
      { cause: error },
    );
  }
  if (msgIncludes && !error.message.includes(msgIncludes)) {
    const [expected, actual] = [msgIncludes, error.message].map((text) => JSON.stringify(text));
    throw new AssertionError(
      withNote(`Expected error message to include ${expected}, but got ${actual}`, msg),
      {
        cause: error,
      },
    );
  }
  return error;
}
