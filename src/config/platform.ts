/**
 * Further properties of the platform, which only a runner can interpret.
 *
 * @module
 */
import { InvalidInputError } from "../errors.ts";
import { PLATFORM, PLATFORM_PREFIX, settingOfKey } from "./settings.ts";

/** The properties in the environment: `RUNNER_CONTEXT_PLATFORM_FOO_BAR` is `fooBar`. */
export function platformOfEnv(env: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env)
      .filter(([variable]) => variable.startsWith(PLATFORM_PREFIX))
      .map(([variable, value]) => [camelCase(variable.slice(PLATFORM_PREFIX.length)), value]),
  );
}

/**
 * Parses `fooBar=value` from the command line.
 *
 * @throws {InvalidInputError} If the text has another form, or if the property has a flag of its own
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
