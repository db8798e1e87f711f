/**
 * Makes a temporary folder that exists while `use` runs.
 *
 * @throws {Error} If the folder cannot be made
 */
export async function withTemporaryFolder<T>(
  prefix: string,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix }).catch((cause) => {
    const where = Deno.env.get("TMPDIR") ?? "/tmp";
    throw new Error(`Cannot make a folder in "${where}" (TMPDIR): ${cause.message}`, { cause });
  });
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
