/**
 * Reads a release as helm stores it: one Secret per revision.
 * https://github.com/helm/helm/blob/v3.18.4/pkg/storage/driver/secrets.go
 *
 * @module
 */
import type { JsonObject } from "../../src/mod.ts";
import {
  type KubeClient,
  type KubeObject,
  objectAt,
  objectsAt,
  type RequestOptions,
  textAt,
  unpackJson,
} from "../../src/kube/mod.ts";

/** Identifies a release. */
export interface ReleaseRef {
  name: string;
  namespace: string;
}

/** A revision, as the labels of its Secret describe it. */
export interface Revision {
  revision: number;
  /** Helm's word: https://github.com/helm/helm/blob/v3.18.4/pkg/release/status.go */
  status: string;
  /** When it was created, as RFC 3339. */
  since: string;
}

/** A whole revision. */
export interface Release extends Revision {
  /** The chart's name. */
  chart: string;
  chartVersion: string;
  appVersion: string;
  /** The values that the user gave. */
  values: JsonObject;
  /** The chart's default values. */
  defaults: JsonObject;
  description: string;
  notes: string;
  /** The objects that helm sent to the API server, as YAML, including hooks. */
  manifests: string[];
}

/** A release's revisions, newest first; empty if there is no release. It sends one request, for metadata only. */
export async function readRevisions(
  kube: KubeClient,
  { name, namespace }: ReleaseRef,
  options: RequestOptions,
): Promise<Revision[]> {
  const { items } = await kube.list({ apiVersion: "v1", kind: "Secret" }, {
    ...options,
    namespace,
    labelSelector: `owner=helm,name=${name}`,
    metadataOnly: true,
  });
  return items.map(revisionOf).sort((a, b) => b.revision - a.revision);
}

/** Reads one revision. */
export async function readRelease(
  kube: KubeClient,
  { name, namespace, revision }: ReleaseRef & { revision: number },
  options: RequestOptions,
): Promise<Release> {
  const ref = {
    apiVersion: "v1",
    kind: "Secret",
    name: `sh.helm.release.v1.${name}.v${revision}`,
    namespace,
  };
  return await parseRelease(await kube.get(ref, options));
}

/** Decodes a revision's Secret: JSON, gzipped, as base64 within the Secret's own base64. */
export async function parseRelease(secret: KubeObject): Promise<Release> {
  const release = await unpackJson(atob(textAt(secret, "data", "release")));
  const chart = objectAt(release, "chart", "metadata");
  return {
    ...revisionOf(secret),
    chart: textAt(chart, "name"),
    chartVersion: textAt(chart, "version"),
    appVersion: textAt(chart, "appVersion"),
    values: objectAt(release, "config"),
    defaults: objectAt(release, "chart", "values"),
    description: textAt(release, "info", "description"),
    notes: textAt(release, "info", "notes"),
    manifests: [
      ...textAt(release, "manifest").split(/^---.*$/m),
      ...objectsAt(release, "hooks").map((hook) => textAt(hook, "manifest")),
    ],
  };
}

function revisionOf({ metadata: { labels, creationTimestamp } }: KubeObject): Revision {
  return {
    revision: Number(labels?.version),
    status: labels?.status ?? "unknown",
    since: creationTimestamp ?? "",
  };
}
