/**
 * What a case of bad input runs in: a folder, and an embedded Kubernetes API that notes every request.
 *
 * @module
 */
import { type EmbeddedApi, embeddedApi, serveEmbeddedApi } from "../../src/testing/mod.ts";
import { certificate } from "../lab/certificate.ts";
import type { AnyObject } from "../cluster/lab/objects.ts";

/** Namespace of every run. */
export const NAMESPACE = "team";
/** Name of every run. */
export const NAME = "work";

/** A case's surroundings; leaving their scope removes them. */
export interface BadInputLab extends AsyncDisposable {
  /** Readable by everyone; it holds `kubeconfig`. */
  readonly folder: string;
  readonly api: EmbeddedApi;
  /** The API's URL, with TLS. */
  readonly url: string;
  /** The bodies of all POSTs so far. */
  readonly posts: AnyObject[];
  /** What a case has opened. */
  readonly opened: DisposableStack;
}

/** Makes a lab of its own for a case. */
export async function makeBadInputLab(): Promise<BadInputLab> {
  const folder = await Deno.makeTempDir({ prefix: "bad-input-" });
  // Programs that run as another user read it, too.
  await Deno.chmod(folder, 0o755);
  const api = embeddedApi({ namespaces: [NAMESPACE] });
  api.create("ConfigMap", { metadata: { name: NAME, namespace: NAMESPACE } });
  const posts: AnyObject[] = [];
  api.use(async (request, next) => {
    if (request.method === "POST") posts.push(await request.clone().json());
    return await next(request);
  });
  const server = serveEmbeddedApi(api, { tls: certificate("first") });
  await Deno.writeTextFile(`${folder}/kubeconfig`, JSON.stringify(aKubeconfig(server.url)));
  const opened = new DisposableStack();
  return {
    folder,
    api,
    url: server.url,
    posts,
    opened,
    async [Symbol.asyncDispose]() {
      opened.dispose();
      await server.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** What a kubeconfig can have beside what it must. */
export interface KubeconfigParts {
  cluster?: AnyObject;
  user?: AnyObject;
  context?: AnyObject;
  /** Fields of the file itself. */
  [field: string]: unknown;
}

/** A kubeconfig for a server with the certificate `first`. */
export function aKubeconfig(
  server: string,
  { cluster, user, context, ...more }: KubeconfigParts = {},
): AnyObject {
  const authority = { "certificate-authority-data": btoa(certificate("first").ca) };
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "here", cluster: { server, ...authority, ...cluster } }],
    users: [{ name: "me", user: user ?? { token: "embedded" } }],
    contexts: [{ name: "mine", context: { cluster: "here", user: "me", ...context } }],
    "current-context": "mine",
    ...more,
  };
}
