/**
 * How an embedded API is set up, and what it shows of the requests that it gets.
 *
 * @module
 */
import type { RoleRule } from "./wire/role_rule.ts";
import type { ApiResource } from "./objects/api_resource.ts";
import type { Timer } from "./wire/timer.ts";

/** How an embedded API is set up. */
export interface EmbeddedApiOptions {
  /** Namespaces that exist from the start. Default `["default"]`. */
  namespaces?: readonly string[];
  /** Resources besides the built-in ones. Default none. */
  resources?: readonly ApiResource[];
  /** What the client may do. Default: everything. */
  rules?: readonly RoleRule[];
  /** The bearer tokens that are accepted. Default: no token is asked for. */
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
  /** What ends watches and sends their bookmarks. Default `setTimeout`. */
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

/** Answers a request itself, or hands it on to `next` and may change the answer. */
export type Interceptor = (
  request: Request,
  next: (request: Request) => Promise<Response>,
) => Response | Promise<Response>;
