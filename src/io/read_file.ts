/**
 * Reading files that people name: at most a number of bytes, and regular files only.
 *
 * @module
 */
import { InvalidInputError, messageOf } from "../errors.ts";
import { readAtMost } from "./read_at_most.ts";

/**
 * Reads a whole regular file.
 *
 * @throws {InvalidInputError} If it is absent, is not a regular file, may not be read, or is larger than `maxBytes`
 */
export async function readFile(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    // Before opening it: opening a pipe without a writer would hang.
    if (!(await Deno.stat(path)).isFile) throw new InvalidInputError("is not a regular file");
    using file = await Deno.open(path);
    return await readAtMost(file.readable, maxBytes);
  } catch (error) {
    throw new InvalidInputError(`${JSON.stringify(path)} ${problemOf(error)}`, { cause: error });
  }
}

/** Whether there is nothing at a path. `false` if the run may not find out. */
export async function isAbsent(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}

function problemOf(error: unknown): string {
  if (error instanceof InvalidInputError || error instanceof RangeError) return error.message;
  if (error instanceof Deno.errors.NotFound) return "is not found";
  if (error instanceof Deno.errors.NotADirectory) return "is not found";
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
    return "may not be read";
  }
  return `cannot be read: ${messageOf(error)}`;
}
