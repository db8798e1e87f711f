/**
 * The project that `runners/README.md` describes, made of the code blocks in it.
 *
 * @module
 */
import { assert } from "@std/assert";
import { ROOT } from "../../cmd/build/bundle.ts";

const PAGE = new URL("../../runners/README.md", import.meta.url);

/** The code blocks of the page. */
export interface OwnRunnerPage {
  /** The runner's module. */
  runner: string;
  main: string;
  /** The test module. */
  test: string;
  config: string;
  /** Command lines that make the binary. */
  build: string[];
  /** Command lines that run the binary. */
  run: string[];
}

/** Reads the page. */
export async function readPage(): Promise<OwnRunnerPage> {
  const text = await Deno.readTextFile(PAGE);
  const blocks = [...text.matchAll(/^```(\w+)[^\n]*\n([^]*?)^```$/gm)];
  const [runner, main, test] = blocksOf(blocks, "ts");
  const [config] = blocksOf(blocks, "json");
  const [build, run] = blocksOf(blocks, "sh");
  assert(runner && main && test && config && build && run, "the page lacks a block");
  return { runner, main, test, config, build: linesOf(build), run: linesOf(run) };
}

/** Makes the project in a folder. It differs from the page in one thing: the library comes from this folder. */
export async function makeProject(
  folder: string,
  { runner, main, test, config }: OwnRunnerPage,
): Promise<void> {
  // Deno takes links by a relative path only, and reads it as a part of a URL.
  await Deno.symlink(ROOT, `${folder}/library`);
  await Deno.writeTextFile(`${folder}/pod_runner.ts`, runner);
  await Deno.writeTextFile(`${folder}/main.ts`, main);
  await Deno.writeTextFile(`${folder}/pod_test.ts`, test);
  await Deno.writeTextFile(
    `${folder}/deno.json`,
    JSON.stringify({ ...JSON.parse(config), links: ["./library"] }),
  );
}

/** Runs a command line of the page in the project's folder, with this Deno. Fails if the command fails. */
export async function runLine(
  folder: string,
  line: string,
  env: Record<string, string> = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", `deno() { '${Deno.execPath()}' "$@"; }; ${line}`],
    cwd: folder,
    env: { DENO_TLS_CA_STORE: Deno.env.get("DENO_TLS_CA_STORE") ?? "system,mozilla", ...env },
  }).output();
  const text = new TextDecoder();
  assert(success, `${line}\n${text.decode(stdout)}${text.decode(stderr)}`);
  return text.decode(stdout);
}

function blocksOf(blocks: RegExpMatchArray[], language: string): string[] {
  return blocks.filter(([, found]) => found === language).map(([, , text = ""]) => text);
}

function linesOf(block: string): string[] {
  return block.split("\n").filter((line) => line !== "");
}
