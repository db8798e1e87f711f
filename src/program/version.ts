/**
 * The text that `--version` prints.
 *
 * @module
 */
import deno from "../../deno.json" with { type: "json" };

/** The commit; `cmd/build/bundle.ts` replaces this text with it. */
const COMMIT: string = "%COMMIT%";

/** The text that `--version` prints: `NAME 0.1.0 (commit 9d4674f, Deno 2.7.11, x86_64-unknown-linux-gnu)`. */
export function versionText(program: string): string {
  const commit = COMMIT.startsWith("%") ? [] : [`commit ${COMMIT}`];
  const made = [...commit, `Deno ${Deno.version.deno}`, Deno.build.target];
  return `${program} ${deno.version} (${made.join(", ")})\n`;
}
