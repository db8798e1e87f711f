/**
 * The connection to an API server and its credentials, which may change while a run waits.
 *
 * @module
 */
import { messageOf } from "../errors.ts";
import { ApiError } from "./api_error.ts";
import { certificateProblem, type ClientCertificate } from "./client_certificate.ts";
import { type ApiServer, readSource, type Source } from "./credentials.ts";

/** Options of {@linkcode Connection.token}. */
export interface TokenOptions {
  /** Read the file even if its time has not changed. */
  reread?: boolean;
}

/** Holds one `Deno.HttpClient` and one token, and makes new ones when asked. */
export class Connection {
  readonly #server: ApiServer;
  #client: Promise<Deno.HttpClient> | undefined;
  #token: string | undefined;
  #tokenTime: number | undefined;

  constructor(server: ApiServer) {
    this.#server = server;
  }

  /** The client for the next request, with the CA and client certificate as they were when it was made. */
  client(): Promise<Deno.HttpClient> {
    this.#client ??= this.#open();
    return this.#client;
  }

  /** Drops the present client: the next request opens a new connection and reads the certificates again. */
  renew(): void {
    const old = this.#client;
    this.#client = undefined;
    // Requests under way keep their connection; it only leaves the pool.
    old?.then((client) => client.close(), () => {});
  }

  /**
   * The bearer token, read again when its file has changed. While the file is empty or missing, the last token stays.
   */
  async token(options: TokenOptions = {}): Promise<string | undefined> {
    const { token } = this.#server;
    if (!token) return undefined;
    if ("text" in token) return usable(token.text) ?? fail("The token fits in no header");
    try {
      const time = (await Deno.stat(token.file)).mtime?.getTime();
      if (options.reread || this.#token === undefined || time !== this.#tokenTime) {
        this.#token = usable(await readSource(token)) ?? this.#token;
        this.#tokenTime = time;
      }
    } catch (error) {
      if (this.#token === undefined) throw unreadable("token", token, error);
    }
    return this.#token ?? fail(`The token file ${token.file} is empty or holds no token`);
  }

  async #open(): Promise<Deno.HttpClient> {
    const { ca, proxyUrl } = this.#server;
    try {
      const certificate = await this.#certificate();
      return Deno.createHttpClient({
        // With HTTP/2 a dead connection makes every later request of the client wait for ever.
        http1: true,
        http2: false,
        ...(ca ? { caCerts: [await readCa(ca)] } : {}),
        ...(certificate ? { cert: certificate.chain, key: certificate.key } : {}),
        ...(proxyUrl ? { proxy: { url: proxyUrl } } : {}),
      });
    } catch (error) {
      // The next request tries again: a missing file may be there by then.
      this.#client = undefined;
      if (error instanceof ApiError) throw error;
      throw credentialsError(`The CA or client certificate cannot be used: ${messageOf(error)}`, error);
    }
  }

  async #certificate(): Promise<ClientCertificate | undefined> {
    const { certificate } = this.#server;
    if (!certificate) return undefined;
    const pair = {
      chain: await read("client certificate", certificate.chain),
      key: await read("client key", certificate.key),
    };
    const problem = await certificateProblem(pair, Date.now());
    return problem === undefined ? pair : fail(problem);
  }
}

/** Checks for a certificate: Deno accepts a CA without certificates, and then trusts no server. */
async function readCa(ca: Source): Promise<string> {
  const text = await read("CA", ca);
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  return fail(`The CA${"file" in ca ? ` file ${ca.file}` : ""} holds no PEM certificate`);
}

/** A token that fits into a header, or `undefined`: a file that is just being written may hold anything. */
function usable(token: string): string | undefined {
  return /^[\x21-\x7e]+$/.test(token) ? token : undefined;
}

async function read(what: string, source: Source): Promise<string> {
  try {
    return await readSource(source);
  } catch (error) {
    throw unreadable(what, source, error);
  }
}

function unreadable(what: string, source: Source, error: unknown): ApiError {
  const file = "file" in source ? ` file ${source.file}` : "";
  const problem = error instanceof Deno.errors.NotFound ? "is not found" : "cannot be read";
  return credentialsError(`The ${what}${file} ${problem}`, error);
}

function fail(message: string): never {
  throw credentialsError(message);
}

function credentialsError(message: string, cause?: unknown): ApiError {
  return new ApiError(message, { fault: "credentials", cause });
}
