/**
 * Further properties of the platform, which only a runner can make sense of.
 *
 * @module
 */
import { InvalidInputError } from "../errors.ts";
import { PLATFORM, PLATFORM_PREFIX, settingOfKey } from "./settings.ts";

/** The properties that the environment names: `RUNNER_CONTEXT_PLATFORM_FOO_BAR` is `fooBar`. */
export function platformOfEnv(env: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env)
      .filter(([variable]) => variable.startsWith(PLATFORM_PREFIX))
      .map(([variable, value]) => [camelCase(variable.slice(PLATFORM_PREFIX.length)), value]),
  );
}

/**
 * Reads one `fooBar=value` of the command line.
 *
 * @throws {InvalidInputError} If it is none, or if the property has a flag of its own
 */
export function parsePlatformFlag(text: string): [key: string, value: string] {
  const [, key = "", value = ""] = /^([A-Za-z][A-Za-z0-9]*)=(.*)$/s.exec(text) ?? [];
  if (key === "") throw new InvalidInputError(`${JSON.stringify(text)} is not ${PLATFORM.placeholder}`);
  const own = settingOfKey(`platform.${key}`);
  if (own) throw new InvalidInputError(`${JSON.stringify(key)} has a flag of its own, --${own.flag}`);
  return [key, value];
}

/** `FOO_BAR` → `fooBar`. */
function camelCase(words: string): string {
  return words.toLowerCase().replace(/_+(.)/g, (_match, letter: string) => letter.toUpperCase());
}
