/**
 * The ready files of cmd/argo-runner/example, made fit for the cluster of the tests, and the program as an image.
 *
 * @module
 */
import { parse } from "@std/yaml";
import { type AnyObject, randomName, type Space } from "./cluster.ts";
import { binaryPath } from "./program.ts";
import { BUSYBOX } from "./workflows.ts";

const FOLDER = new URL("../../cmd/argo-runner/example/", import.meta.url);
const FILES = ["job.yaml", "rbac.yaml", "workflow.yaml"];
/** Where the image has the program, and what it runs. */
const IN_IMAGE = "/usr/local/bin/argo-runner";
/** How long the loader may take, milliseconds: it packs 100 MB. */
const LOADER_MS = 180_000;

const loader = Deno.env.get("E2E_IMAGE_LOADER");
const ready = Deno.env.get("E2E_RUNNER_IMAGE");

/** Why nothing can run as a pod, or `undefined`. */
export const skipReason = loader || ready
  ? undefined
  : "neither E2E_IMAGE_LOADER, a program that loads an image into the node, nor E2E_RUNNER_IMAGE is set";

let image: Promise<string> | undefined;

/** The image with the program: the given one, or one that is loaded once. */
export function runnerImage(): Promise<string> {
  image ??= ready ? Promise.resolve(ready) : loadImage(loader!);
  return image;
}

async function loadImage(program: string): Promise<string> {
  const name = `localhost/argo-runner:e2e-${randomName()}`;
  const { success, stderr } = await new Deno.Command(program, {
    args: [name, IN_IMAGE, `${await binaryPath()}:${IN_IMAGE}`],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    signal: AbortSignal.timeout(LOADER_MS),
  }).output();
  if (!success) throw new Error(`${program} could not load ${name}: ${new TextDecoder().decode(stderr)}`);
  return name;
}

/** The example's objects, with only image and namespace replaced; and the manifest, if one is given. */
export async function exampleObjects(
  { namespace }: Space,
  { image, manifest }: { image: string; manifest?: object },
): Promise<AnyObject[]> {
  const texts = await Promise.all(FILES.map((file) => Deno.readTextFile(new URL(file, FOLDER))));
  const objects = texts.flatMap((text) => text.split("\n---\n")).map((text) =>
    parse(text, { schema: "core" }) as AnyObject
  );
  for (const object of objects) {
    object.metadata = { ...object.metadata, namespace };
    if (object.kind === "Job") object.spec.template.spec.containers[0].image = image;
    const workflow = object.data?.["workflow.yaml"];
    if (workflow) {
      object.data["workflow.yaml"] = manifest
        ? JSON.stringify(manifest)
        : workflow.replace(/image: busybox\S*/, `image: ${BUSYBOX}`);
    }
  }
  return objects;
}
