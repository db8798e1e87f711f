/**
 * Parses the file that later engines pass instead of the context's variables. This module does no I/O.
 *
 * Its shape is that of https://github.com/capactio/capact/blob/main/pkg/runner/config.go
 *
 * @module
 */
import { isJsonObject, type JsonObject, type JsonValue } from "../text/json.ts";
import type { OwnerRef } from "../kube/client.ts";
import { nearest } from "../text/nearest.ts";
import { ALL_SETTINGS, isSwitch, type Setting, settingOfKey, SETTINGS } from "./settings.ts";

/** A setting's text or what is wrong with it, and where it stands, as error messages name the place. */
export type SettingText = { source: string; text: string } | { source: string; problem: string };

/** The parsed context file. */
export interface ContextFile {
  /** Its path. */
  path: string;
  /** The texts of settings, by variable. */
  given: Record<string, SettingText>;
  /** Further properties of the platform. */
  platform: Record<string, string>;
  /** The owner of the created object. */
  ownerRef?: OwnerRef | undefined;
  /** Warnings, one per line. */
  warnings: string[];
  /** What is wrong with anything except the settings, one line each. */
  problems: string[];
}

const OWNER_REF = "platform.ownerRef";
const OWNER_REF_TEXTS = ["apiVersion", "kind", "name", "uid"];
const OWNER_REF_SWITCHES = ["controller", "blockOwnerDeletion"];

const KNOWN_KEYS = [...ALL_SETTINGS.flatMap(({ contextKey }) => contextKey ?? []), OWNER_REF];

/** The smallest accepted number of nanoseconds: a smaller number was probably meant as seconds or milliseconds. */
const MIN_NANOSECONDS = 1e9;

/**
 * Parses the content of a context file. A key without a value counts as absent.
 */
export function parseContextFile(path: string, content: JsonObject): ContextFile {
  const file: ContextFile = { path, given: {}, platform: {}, warnings: [], problems: [] };
  for (const [key, value] of entriesOf(content)) {
    if (value !== undefined && value !== null) add(file, key, { source: contextSource(path, key), value });
  }
  return file;
}

/** The place of a value, as error messages name it. */
export function contextSource(path: string, key: string): string {
  return `${JSON.stringify(path)}: ${key}`;
}

interface Value {
  source: string;
  value: JsonValue;
}

/** All keys with their values; keys in `platform` as `platform.KEY`. */
function entriesOf({ platform, ...rest }: JsonObject): [key: string, value: JsonValue | undefined][] {
  if (!isJsonObject(platform)) return Object.entries({ ...rest, platform });
  const inPlatform = Object.entries(platform).map(([key, value]) => [`platform.${key}`, value] as const);
  return Object.entries({ ...rest, ...Object.fromEntries(inPlatform) });
}

function add(file: ContextFile, key: string, { source, value }: Value): void {
  const setting = settingOfKey(key);
  if (setting) {
    file.given[setting.variable] = { source, ...textOf(setting, value) };
  } else if (key === OWNER_REF) {
    addOwnerRef(file, { source, value });
  } else if (key === "platform") {
    file.problems.push(`${source}: is ${kindOf(value)}, expected an object`);
  } else if (!key.startsWith("platform.")) {
    file.warnings.push(unknownKey(source, key, KNOWN_KEYS));
  } else if (typeof value === "string") {
    file.platform[key.slice("platform.".length)] = value;
  } else {
    file.warnings.push(`${source}: is ${kindOf(value)} and is ignored, expected a text`);
  }
}

function textOf(setting: Setting<unknown>, value: JsonValue): { text: string } | { problem: string } {
  if (typeof value === "string") return { text: value };
  if (isSwitch(setting) && typeof value === "boolean") return { text: String(value) };
  if (setting === SETTINGS.timeoutMs && typeof value === "number") return nanoseconds(value);
  return { problem: `is ${kindOf(value)}, expected ${isSwitch(setting) ? "true or false" : "a text"}` };
}

/** Parses a duration that Go writes as a number of nanoseconds: https://pkg.go.dev/time#Duration */
function nanoseconds(value: number): { text: string } | { problem: string } {
  if (value === 0) return { text: "0" };
  if (Number.isInteger(value) && value >= MIN_NANOSECONDS) return { text: `${value}ns` };
  return { problem: `${value} has no unit, expected a text such as 10m` };
}

/** Parses the owner. Go writes an owner of empty texts if there is no owner. */
function addOwnerRef(file: ContextFile, { source, value }: Value): void {
  if (!isJsonObject(value)) {
    file.problems.push(`${source}: is ${kindOf(value)}, expected an object`);
    return;
  }
  if (OWNER_REF_TEXTS.every((key) => (value[key] ?? "") === "")) return;
  const known = [...OWNER_REF_TEXTS, ...OWNER_REF_SWITCHES];
  for (const key of Object.keys(value).filter((key) => !known.includes(key))) {
    file.warnings.push(unknownKey(`${source}.${key}`, key, known));
  }
  const wrong = [
    ...wrongFields(value, OWNER_REF_TEXTS, { isRight: isFilledText, expected: "a text" }),
    ...wrongFields(value, OWNER_REF_SWITCHES, { isRight: isAbsentOrBoolean, expected: "true or false" }),
  ].map((problem) => `${source}.${problem}`);
  file.problems.push(...wrong);
  if (wrong.length > 0) return;
  const fields = known.flatMap((key) => (value[key] ?? null) === null ? [] : [[key, value[key]] as const]);
  file.ownerRef = Object.fromEntries(fields) as unknown as OwnerRef;
}

type FieldTest = { isRight: (value: JsonValue) => boolean; expected: string };

function wrongFields(object: JsonObject, keys: string[], { isRight, expected }: FieldTest): string[] {
  return keys
    .filter((key) => !isRight(object[key] ?? null))
    .map((key) => `${key}: is ${kindOf(object[key] ?? null)}, expected ${expected}`);
}

function isFilledText(value: JsonValue): boolean {
  return typeof value === "string" && value !== "";
}

function isAbsentOrBoolean(value: JsonValue): boolean {
  return value === null || typeof value === "boolean";
}

function unknownKey(source: string, key: string, known: string[]): string {
  const names = known.map((path) => path.slice(path.lastIndexOf(".") + 1));
  const guess = known[names.indexOf(nearest(key, names))];
  return `${source}: is not known and is ignored; did you mean ${guess}?`;
}

function kindOf(value: JsonValue): string {
  if (value === null) return "absent";
  if (value === "") return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return "a text";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
