/** The levels by name; a higher number is more severe. */
export const LogLevels = {
  NOTSET: 0,
  DEBUG: 10,
  INFO: 20,
  WARN: 30,
  ERROR: 40,
  CRITICAL: 50,
} as const;

/** Name of a level. */
export type LevelName = Exclude<keyof typeof LogLevels, number>;

/** Number of a level. */
export type LogLevel = typeof LogLevels[LevelName];

/** Names of all levels, from the least severe. */
export const LogLevelNames: LevelName[] = Object.keys(LogLevels) as LevelName[];

/** @throws {Error} If no level has this name */
export function getLevelByName(name: LevelName): LogLevel {
  const level = LogLevels[name];
  if (level === undefined) throw new Error(`Cannot get log level: no level named ${name}`);
  return level;
}

/** @throws {Error} If no level has this number */
export function getLevelName(level: LogLevel): LevelName {
  const name = LogLevelNames.find((name) => LogLevels[name] === level);
  if (name === undefined) throw new Error(`Cannot get log level: no name for level: ${level}`);
  return name;
}
