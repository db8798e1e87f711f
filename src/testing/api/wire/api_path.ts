/**
 * The path of a request, and the resource that it names.
 *
 * @module
 */

/** What a path under `/api` or `/apis` asks for. */
export interface ApiPath {
  /** API group; empty for the core group. */
  group: string;
  /** Version, as `v1`. */
  version: string;
  /** Name of the resource in the path. */
  plural: string;
  /** Namespace in the path; empty if the path has no namespace. */
  namespace: string;
  /** Name of the object; empty for a collection. */
  name: string;
  /** Part of the object, as `log` or `status`; empty for the object itself. */
  subresource: string;
}

/** Reads a path such as `/apis/batch/v1/namespaces/default/jobs/x`; undefined where it names no resource. */
export function parseApiPath(pathname: string): ApiPath | undefined {
  const parts = pathname.split("/").filter((part) => part !== "").map(decodeURIComponent);
  const root = parts.shift();
  if (root !== "api" && root !== "apis") return undefined;
  const group = root === "api" ? "" : parts.shift() ?? "";
  const version = parts.shift() ?? "";
  if (parts.length === 0 || parts.length > 5) return undefined;
  const inNamespace = parts[0] === "namespaces" && parts.length > 2 &&
    !isNamespaceSubresource(parts[2]);
  const namespace = inNamespace ? parts[1] ?? "" : "";
  const [plural = "", name = "", subresource = ""] = inNamespace ? parts.slice(2) : parts;
  return { group, version, plural, namespace, name, subresource };
}

/** As the API server's RequestInfo: these two belong to the Namespace itself, anything else is a resource in it. */
function isNamespaceSubresource(part: string | undefined): boolean {
  return part === "status" || part === "finalize";
}
