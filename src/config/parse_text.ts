/**
 * Parsers for the texts of settings.
 *
 * @module
 */
import { InvalidInputError } from "../errors.ts";

/**
 * Accepts a text that has no control characters and no blanks at its start or end.
 *
 * @throws {InvalidInputError} If the text has some, or is empty
 */
export function parseText(text: string): string {
  if (text === "") throw new InvalidInputError("is empty");
  // deno-lint-ignore no-control-regex
  if (text !== text.trim() || /[\x00-\x1f\x7f]/.test(text)) {
    throw new InvalidInputError(
      `${JSON.stringify(text)} has blanks at an end or control characters in it, expected none`,
    );
  }
  return text;
}

/**
 * Makes a parser that accepts only these words.
 *
 * @returns a parser; for any other text it throws an `InvalidInputError` that lists the words
 */
export function oneOf<T extends string>(...choices: T[]): (text: string) => T {
  return (text) => {
    const choice = choices.find((known) => known === text);
    if (choice === undefined) {
      throw new InvalidInputError(`${JSON.stringify(text)} is not known, expected ${choices.join(", ")}`);
    }
    return choice;
  };
}

/**
 * Parses a whole number from 0 to 9999.
 *
 * @throws {InvalidInputError} If the text is not such a number
 */
export function parseCount(text: string): number {
  if (!/^\d{1,4}$/.test(text)) {
    throw new InvalidInputError(`${JSON.stringify(text)} is not a number from 0 to 9999`);
  }
  return Number(text);
}

/**
 * Parses a boolean as Go does: https://pkg.go.dev/strconv#ParseBool
 *
 * @throws {InvalidInputError} If the text is not a boolean
 */
export function parseBoolean(text: string): boolean {
  if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return true;
  if (["0", "f", "F", "FALSE", "false", "False"].includes(text)) return false;
  throw new InvalidInputError(`${JSON.stringify(text)} is not a boolean (true, false, 1, 0, t, f)`);
}
