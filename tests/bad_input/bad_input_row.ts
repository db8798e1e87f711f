/**
 * A row of the table of bad input, and how its cases are written down.
 *
 * @module
 */
import type { JsonObject } from "../../src/mod.ts";
import type { Program } from "../lab/compiled_program.ts";
import type { BadInputLab } from "./bad_input_lab.ts";

/** Variables; `undefined` takes one away that every run has. */
export type Variables = Record<string, string | undefined>;

/** What is special about a case's run. */
export interface CaseInput {
  /** Which program; the argo-runner unless the row is about another. */
  program?: Program;
  /** The manifest, as text, bytes or an object; one that is good by default. */
  manifest?: string | Uint8Array | JsonObject;
  /** Variables over those that every run has. */
  env?: Variables;
  /** The command line. */
  args?: string[];
  /** A command line that becomes the program. */
  through?: string[];
  /** The user that the program runs as. */
  uid?: number;
  /** Makes files in the lab's folder; returns further variables. */
  prepare?: (lab: BadInputLab) => Promise<Variables | void>;
}

/** One input and what must come of it. */
export interface BadInputCase extends CaseInput {
  /** The input in a few words. */
  input: string;
  /** What the lines on standard error say, in their order; none where the input is accepted. */
  says: string[];
  /** Set where the input is accepted: fields of the spec that must arrive at the API server. */
  arrives?: [key: string, value: unknown][];
  /** What no line may hold. */
  neverSays?: string;
  /** What a warning says, where the input is accepted with one. */
  warns?: string;
}

/** One row. */
export interface BadInputRow {
  row: number;
  /** The input in general. */
  name: string;
  cases: BadInputCase[];
  /** What the machine must have. */
  needs?: "root";
}

/** A case that must be refused, with a line for each of `says`. */
export function refused(input: string, run: CaseInput, ...says: [string, ...string[]]): BadInputCase {
  return { input, ...run, says };
}

/** A case that must be accepted, so that these fields of the spec arrive. */
export function accepted(
  input: string,
  run: CaseInput,
  arrives: Record<string, unknown> = {},
): BadInputCase {
  return { input, ...run, says: [], arrives: Object.entries(arrives) };
}

/** A case that must be accepted with a warning. */
export function warned(input: string, run: CaseInput, warns: string): BadInputCase {
  return { ...accepted(input, run), warns };
}
