/**
 * A Helm chart repository: `index.yaml` and archives.
 *
 * @module
 */
import { type Chart, sha256 } from "./charts.ts";
import {
  type PodFacingServer,
  type ServerOptions,
  startPodFacingServer,
} from "../../lab/pod_facing_server.ts";

/** The repository, which stops when its scope ends. */
export interface Repository extends PodFacingServer {
  /** The value for `chart.repo`. */
  url: string;
}

/** Starts a repository of these charts. https://helm.sh/docs/topics/chart_repository/ */
export async function startRepository(charts: Chart[], options: ServerOptions = {}): Promise<Repository> {
  const versions = await Promise.all(charts.map(async ({ metadata, archive }) => ({
    ...metadata,
    urls: [fileName(metadata)],
    digest: await sha256(archive),
  })));
  const entries = Object.groupBy(versions, ({ name }) => name);
  const files = new Map<string, BodyInit>([["/index.yaml", JSON.stringify({ apiVersion: "v1", entries })]]);
  for (const { metadata, archive } of charts) files.set(`/${fileName(metadata)}`, archive);
  const server = await startPodFacingServer((path) => {
    const file = files.get(path);
    return file === undefined ? undefined : new Response(file);
  }, options);
  const scheme = options.certificate ? "https" : "http";
  return { ...server, url: `${scheme}://${server.address}` };
}

function fileName({ name, version }: Chart["metadata"]): string {
  return `${name}-${version}.tgz`;
}
