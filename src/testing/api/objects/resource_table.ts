/**
 * The table of resources that one embedded API serves.
 *
 * @module
 */
import { type ApiResource, builtinResources, qualifiedName } from "./api_resource.ts";

/** Finds resources by name and by kind. Resources can be added and removed while the API runs, as with CRDs. */
export class ResourceTable {
  readonly #resources = new Map<string, ApiResource>();
  readonly #served = new Set<string>();

  /** @param more resources in addition to {@link builtinResources}, or in their place if the name is the same. */
  constructor(more: readonly ApiResource[] = []) {
    for (const resource of [...builtinResources, ...more]) this.add(resource);
  }

  /** Serves the resource from now on. */
  add(resource: ApiResource): void {
    this.#resources.set(qualifiedName(resource), resource);
    this.#served.add(qualifiedName(resource));
  }

  /** Stops serving the resource, such as `workflows.argoproj.io`. Its objects are kept, and its kind stays known. */
  remove(name: string): void {
    this.#served.delete(name);
  }

  /** The resource of a group, version and plural name that is served, or undefined. */
  find(named: Pick<ApiResource, "group" | "version" | "plural">): ApiResource | undefined {
    const found = this.#resources.get(qualifiedName(named));
    const isServed = this.#served.has(qualifiedName(named)) && found?.version === named.version;
    return isServed ? found : undefined;
  }

  /** All resources whose objects live in a namespace. */
  namespaced(): ApiResource[] {
    return [...this.#resources.values()].filter((resource) => resource.namespaced && !resource.review);
  }

  /** Whether the group belongs to the API server itself and not to CRDs. */
  isNativeGroup(group: string): boolean {
    return builtinResources.some((row) => !row.custom && row.group === group);
  }

  /**
   * The resource of a kind.
   *
   * @throws {Error} If no resource has or had that kind.
   */
  ofKind(kind: string): ApiResource {
    const found = [...this.#resources.values()].find((resource) => resource.kind === kind);
    if (!found) {
      throw new Error(`Cannot find kind "${kind}" in the embedded API, expected one of its resources`);
    }
    return found;
  }
}
