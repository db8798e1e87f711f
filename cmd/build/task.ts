/**
 * Runs a task and exits with its exit code. An error is printed as one line for people, with exit code 1.
 *
 * @param task Resolves to the exit code
 */
export async function runTask(task: () => Promise<number>): Promise<never> {
  try {
    Deno.exit(await task());
  } catch (error) {
    // deno-lint-ignore no-console
    console.error(`error: ${error instanceof Error ? error.message : error}`);
    Deno.exit(1);
  }
}
