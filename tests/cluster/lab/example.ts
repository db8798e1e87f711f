/**
 * The ready files of a program's example folder, made fit for the cluster of the tests, and the program as an image.
 *
 * @module
 */
import { parse } from "@std/yaml";
import { clusterTest, type Needs, randomName, type Space } from "./cluster.ts";
import { type AnyObject, create } from "./objects.ts";
import { compiledProgram, type Program } from "../../lab/compiled_program.ts";
import { BUSYBOX } from "./workflows.ts";

/** How long the loader may take, milliseconds: it packs 100 MB. */
const LOADER_MS = 180_000;

const loader = Deno.env.get("E2E_IMAGE_LOADER");

/** What takes the place of the example's manifest: another, or the same with changes. */
type Manifest = object | ((text: string) => string);

/** Creates the example's objects. */
type ApplyExample = (manifest?: Manifest) => Promise<void>;

/**
 * Gives the function that defines a test of a program as a pod. Without a way to have the program as an image the test
 * is ignored, and its name says why.
 */
export function podTests(
  program: Program,
  needs: Needs = {},
): (name: string, work: (space: Space, applyExample: ApplyExample, image: string) => Promise<void>) => void {
  const variable = `E2E_${program.toUpperCase().replaceAll("-", "_")}_IMAGE`;
  const ready = Deno.env.get(variable);
  const why = ready || loader
    ? undefined
    : `neither E2E_IMAGE_LOADER, a program that loads an image into the node, nor ${variable} is set`;
  return (name, work) => {
    if (why) return Deno.test({ name: `${name} (ignored: ${why})`, ignore: true, fn() {} });
    clusterTest(name, async (space) => {
      const image = ready ?? await loadedImage(program);
      await work(space, (manifest) => applyExample(space, { program, image, manifest }), image);
    }, needs);
  };
}

const images = new Map<Program, Promise<string>>();

/** An image with the program, loaded once. */
function loadedImage(program: Program): Promise<string> {
  const image = images.get(program) ?? loadImage(program);
  images.set(program, image);
  return image;
}

async function loadImage(program: Program): Promise<string> {
  const name = `localhost/${program}:e2e-${randomName()}`;
  const path = `/usr/local/bin/${program}`;
  const { success, stderr } = await new Deno.Command(loader!, {
    args: [name, path, `${await compiledProgram(program)}:${path}`],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    signal: AbortSignal.timeout(LOADER_MS),
  }).output();
  if (!success) throw new Error(`${loader} could not load ${name}: ${new TextDecoder().decode(stderr)}`);
  return name;
}

interface ExampleOptions {
  program: Program;
  image: string;
  manifest: Manifest | undefined;
}

/** Creates the objects of `cmd/<program>/example` in a random order. */
async function applyExample(space: Space, options: ExampleOptions): Promise<void> {
  const objects = await exampleObjects(space, options);
  const order = objects.map((object) => ({ object, at: Math.random() })).sort((a, b) => a.at - b.at);
  for (const { object } of order) await create(object);
}

/** The example's objects, with only namespace, images and, if one is given, the manifest replaced. */
async function exampleObjects(
  { namespace }: Space,
  { program, image, manifest }: ExampleOptions,
): Promise<AnyObject[]> {
  const folder = new URL(`../../../cmd/${program}/example/`, import.meta.url);
  const texts = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) =>
    Deno.readTextFile(new URL(name, folder))
  );
  const objects = (await Promise.all(texts)).flatMap((text) => text.split("\n---\n")).map((text) =>
    parse(text, { schema: "core" }) as AnyObject
  );
  for (const object of objects) {
    object.metadata = { ...object.metadata, namespace };
    if (object.kind === "Job") object.spec.template.spec.containers[0].image = image;
    for (const [file, text] of Object.entries<string>(object.data ?? {})) {
      object.data[file] = changed(text, manifest);
    }
  }
  return objects;
}

function changed(text: string, manifest: Manifest | undefined): string {
  if (manifest === undefined) return text.replace(/image: busybox\S*/, `image: ${BUSYBOX}`);
  return typeof manifest === "function" ? manifest(text) : JSON.stringify(manifest);
}
