/**
 * An OCI registry that charts can be pulled from.
 *
 * @module
 */
import { type Chart, sha256 } from "./charts.ts";
import {
  type PodFacingServer,
  type ServerOptions,
  startPodFacingServer,
} from "../../lab/pod_facing_server.ts";

const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";

/** The registry, which stops when its scope ends. */
export interface Registry extends PodFacingServer {
  /** The start of a chart's reference: `oci://host:port/charts`. */
  url: string;
}

/** Something that has a digest. */
interface Blob {
  mediaType: string;
  digest: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Starts a registry with each chart as `charts/<name>:<version>`.
 *
 * Pull only: https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#pull
 */
export async function startRegistry(charts: Chart[], options: ServerOptions = {}): Promise<Registry> {
  const answers = new Map<string, () => Response>([["/v2/", () => new Response("{}")]]);
  const offer = (path: string, { mediaType, digest, bytes }: Blob) =>
    answers.set(
      path,
      () => new Response(bytes, { headers: { "content-type": mediaType, "docker-content-digest": digest } }),
    );
  for (const chart of charts) {
    const repository = `/v2/charts/${chart.metadata.name}`;
    const { manifest, config, layer } = await artifactOf(chart);
    offer(`${repository}/manifests/${chart.metadata.version}`, manifest);
    offer(`${repository}/manifests/${manifest.digest}`, manifest);
    for (const blob of [config, layer]) offer(`${repository}/blobs/${blob.digest}`, blob);
    answers.set(`${repository}/tags/list`, () => Response.json(tags(charts, chart.metadata.name)));
  }
  const server = await startPodFacingServer((path) => answers.get(path)?.(), options);
  return { ...server, url: `oci://${server.address}/charts` };
}

function tags(charts: Chart[], name: string) {
  const own = charts.filter(({ metadata }) => metadata.name === name);
  return { name: `charts/${name}`, tags: own.map(({ metadata }) => metadata.version) };
}

/** https://helm.sh/docs/topics/registries/#helm-chart-manifest */
async function artifactOf({ metadata, archive }: Chart) {
  const config = await blob("application/vnd.cncf.helm.config.v1+json", json(metadata));
  const layer = await blob("application/vnd.cncf.helm.chart.content.v1.tar+gzip", archive);
  const manifest = await blob(
    MANIFEST_TYPE,
    json({
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: descriptor(config),
      layers: [descriptor(layer)],
    }),
  );
  return { manifest, config, layer };
}

async function blob(mediaType: string, bytes: Uint8Array<ArrayBuffer>): Promise<Blob> {
  return { mediaType, bytes, digest: `sha256:${await sha256(bytes)}` };
}

function descriptor({ mediaType, digest, bytes }: Blob) {
  return { mediaType, digest, size: bytes.length };
}

function json(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}
