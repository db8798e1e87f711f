/**
 * The paths that answer the same to everybody.
 *
 * @module
 */

import { jsonAnswer, textAnswer } from "./answers.ts";

const version = { major: "1", minor: "34", gitVersion: "v1.34.4", platform: "linux/amd64" };

/** Answers by path; none of them asks for a token. */
export const fixedAnswers: Record<string, () => Response> = {
  "/version": () => jsonAnswer(version),
  "/readyz": () => textAnswer("ok"),
  "/livez": () => textAnswer("ok"),
  "/healthz": () => textAnswer("ok"),
};
