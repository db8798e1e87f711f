/**
 * The lines that Argo's executor writes into the logs of the containers that it runs.
 *
 * @module
 */
import { isJsonObject } from "../../src/kube/mod.ts";

/** `word` or `"quoted \"text\""`. */
const VALUE = String.raw`(?:"(?:[^"\\]|\\.)*"|[^\s"]*)`;
/** `time=… level=… msg=… key=value …`: https://pkg.go.dev/log/slog#TextHandler and logrus, of Argo 4 and 3. */
const TEXT_LINE = new RegExp(`^time=${VALUE} level=\\w+ msg=${VALUE}((?: [\\w.-]+=${VALUE})+)$`);
const FIELD = new RegExp(`([\\w.-]+)=(${VALUE})`, "g");
/** The executor's message when the work has exited: all later lines are the executor's own. */
const EXITED = "sub-process exited";
/** The last line of the executor's command line, if the container has failed. */
const EXIT_LINE = /^Error: exit status \d+$/;

/**
 * Makes a filter for one log that removes the executor's own lines: the lines marked with `argo=true`, as text or JSON,
 * and its last error after the work has exited. The filter keeps lines of the work that only look similar.
 *
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/cmd/argoexec/commands/root.go
 */
export function executorLines(): (line: string) => boolean {
  let hasExited = false;
  return (line) => {
    if (!isMarked(line)) return hasExited && EXIT_LINE.test(line);
    hasExited ||= line.includes(EXITED);
    return true;
  };
}

function isMarked(line: string): boolean {
  if (line.startsWith("{")) return isMarkedJson(line);
  const [, fields = ""] = TEXT_LINE.exec(line) ?? [];
  return [...fields.matchAll(FIELD)].some(([, key, value]) => key === "argo" && value === "true");
}

/** https://pkg.go.dev/log/slog#JSONHandler and logrus have the same three keys. */
function isMarkedJson(line: string): boolean {
  if (!line.includes('"argo":true')) return false;
  try {
    const value = JSON.parse(line);
    return isJsonObject(value) && value.argo === true &&
      [value.time, value.level, value.msg].every((each) => typeof each === "string");
  } catch {
    return false;
  }
}
