/**
 * The options of an embedded API, its records of requests, and its interceptors.
 *
 * @module
 */
import type { RoleRule } from "./wire/role_rule.ts";
import type { ApiResource } from "./objects/api_resource.ts";
import type { Timer } from "./wire/timer.ts";

/** Options of {@linkcode embeddedApi}. */
export interface EmbeddedApiOptions {
  /** Namespaces that exist from the start. Default `["default"]`. */
  namespaces?: readonly string[];
  /** Resources in addition to the built-in ones. Default none. */
  resources?: readonly ApiResource[];
  /** What the client may do. Default: everything. */
  rules?: readonly RoleRule[];
  /** The bearer tokens that are accepted. Default: no token is required. */
  tokens?: readonly string[];
  /** The client's name in messages. Default `embedded-user`. */
  user?: string;
  /** How many changes the history keeps for watches; older versions get 410 Expired. Default 100 000. */
  historyLimit?: number;
  /** Where the present time comes from. Default the clock. */
  now?: () => Date;
  /** Where new identities come from. Default random UUIDs. */
  newUid?: () => string;
  /** Random numbers from 0 up to 1, for generated names. Default `Math.random`. */
  random?: () => number;
  /** Times the ends and bookmarks of watches. Default `setTimeout`. */
  timer?: Timer;
}

/** One request that the embedded API has received. */
export interface RecordedRequest {
  /** HTTP method. */
  method: string;
  /** Path without the query. */
  path: string;
  /** The query's values by name. */
  query: Record<string, string>;
}

/** Answers a request itself, or passes it to `next` and may change the answer. */
export type Interceptor = (
  request: Request,
  next: (request: Request) => Promise<Response>,
) => Response | Promise<Response>;
