/**
 * Runs a program from source, with the permissions of its binary: `deno task run argo [FLAGS]`.
 *
 * @module
 */
import { denoCommand } from "../tests/without_jsr/deno.ts";

const [name, ...flags] = Deno.args;
if (!name) {
  // deno-lint-ignore no-console
  console.error("usage: deno task run NAME [FLAGS], where cmd/NAME-runner is the program");
  Deno.exit(2);
}
const command = await denoCommand([
  "run",
  "--no-prompt",
  "--unstable-worker-options",
  "--permission-set=runner",
  `cmd/${name}-runner/main.ts`,
  ...flags,
]);
const child = command.spawn();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => child.kill(signal));
}
Deno.exit((await child.status).code);
