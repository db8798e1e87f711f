/**
 * The paths that answer the same to everybody.
 *
 * @module
 */
import { jsonAnswer, textAnswer } from "./answers.ts";

const VERSION = { major: "1", minor: "34", gitVersion: "v1.34.4", platform: "linux/amd64" };

/** Answers by path; none of them asks for a token. */
export const FIXED_ANSWERS: Record<string, () => Response> = {
  "/version": () => jsonAnswer(VERSION),
  "/readyz": () => textAnswer("ok"),
  "/livez": () => textAnswer("ok"),
  "/healthz": () => textAnswer("ok"),
};
