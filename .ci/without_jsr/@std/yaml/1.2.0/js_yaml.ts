import yaml from "npm:js-yaml@3.15.2";

/** A schema's rules for one tag of scalars. */
export interface ScalarType {
  resolve(text: string | null): boolean;
  construct(text: string): unknown;
}

/** The loader's state when it opens or closes a node. */
export interface LoaderState {
  readonly input: string;
  readonly position: number;
  readonly documents: readonly unknown[];
}

/** A place in a text; `line` and `column` count from 0. */
export interface Mark {
  readonly buffer: string;
  readonly position: number;
  readonly line: number;
  readonly column: number;
}

/** The error of js-yaml. */
export interface LoaderError extends Error {
  readonly reason: string;
  readonly mark: Mark;
}

/** Called as each node is opened and closed, from the root inwards. */
export type Listener = (event: "open" | "close", state: LoaderState) => void;

type Schema = { readonly compiledTypeMap: { readonly scalar: Record<string, ScalarType> } };

interface Loader {
  readonly CORE_SCHEMA: Schema;
  readonly Schema: new (definition: { include: Schema[]; implicit: ScalarType[] }) => Schema;
  readonly Type: new (tag: string, definition: ScalarType & { kind: "scalar" }) => ScalarType;
  readonly YAMLException: new () => LoaderError;
  load(content: string, options: { schema: Schema; listener: Listener }): unknown;
  safeDump(data: unknown, options: { flowLevel: number; lineWidth: number }): string;
  loadAll(content: string, iterator: undefined, options: { schema: Schema }): unknown[];
}

/** The used part of js-yaml 3, which has no types of its own; installed types may be of another version. */
export const loader = yaml as unknown as Loader;
