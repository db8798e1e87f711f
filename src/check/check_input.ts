/**
 * What the command `check` is given.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import type { InvalidInputError } from "../errors.ts";
import type { Mask } from "../io/secrets.ts";
import type { KubeClient } from "../kube/client.ts";
import type { RunnerFactory } from "../runner.ts";
import type { JsonObject } from "../text/json.ts";
import type { Clock } from "../time/clock.ts";

/** What is checked. */
export interface CheckInput {
  /** The settings, or what is wrong with them. */
  config: Config | InvalidInputError;
  /** The API server's URL, or why there is none. */
  server: { url: string } | { problem: string };
  /** A client for it; where there is none, one whose requests all fail. */
  kube: KubeClient;
  /** Makes the runner. */
  runner: RunnerFactory;
  /** Reads and parses the manifest. Throws an `InvalidInputError` if it is none. */
  readManifest: (path: string) => Promise<JsonObject>;
  /** Hides secrets; the runner may add to it. */
  mask: Mask;
  /** Gives up. */
  signal: AbortSignal;
  /** The real clock by default. */
  clock?: Clock | undefined;
}
