/**
 * The containers of a Workflow's pods: the work's containers and the containers of Argo's executor.
 *
 * @module
 */
import { type KubeObject, objectsAt, textAt } from "../../src/kube/mod.ts";

/** The container that does the work of a pod. The pod of a `containerSet` has no container of this name. */
export const MAIN = "main";
/** Argo's own containers. https://argo-workflows.readthedocs.io/en/latest/workflow-executors/ */
export const EXECUTORS = ["init", "wait"];

/** The containers that do the work of a pod: `main`, or all containers of a `containerSet`. */
export function workersOf(pod: KubeObject): string[] {
  const names = objectsAt(pod, "spec", "containers").map((each) => textAt(each, "name"));
  return names.includes(MAIN) ? [MAIN] : names.filter((name) => !EXECUTORS.includes(name));
}
