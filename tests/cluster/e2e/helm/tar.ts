/**
 * Archives of text files, as `tar -cz` makes them.
 *
 * @module
 */

/** Length of a header, and what the length of each file is rounded up to, bytes. */
const BLOCK_BYTES = 512;

/** A gzipped tar archive (POSIX ustar) of these files: path → text. */
export async function tgz(files: Record<string, string>): Promise<Uint8Array<ArrayBuffer>> {
  const parts = Object.entries(files).flatMap(([path, text]) => {
    const content = new TextEncoder().encode(text);
    return [header(path, content.length), content, new Uint8Array(-content.length & (BLOCK_BYTES - 1))];
  });
  const tar = new Blob([...parts, new Uint8Array(2 * BLOCK_BYTES)]);
  return await new Response(tar.stream().pipeThrough(new CompressionStream("gzip"))).bytes();
}

/** https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06 */
function header(path: string, bytes: number): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(BLOCK_BYTES);
  const write = (at: number, text: string) => block.set(new TextEncoder().encode(text), at);
  write(0, path);
  write(100, "0000644\0" + "0000000\0".repeat(2));
  write(124, bytes.toString(8).padStart(11, "0") + "\0" + "0".repeat(11) + "\0");
  // The checksum counts itself as spaces.
  write(148, " ".repeat(8) + "0");
  write(257, "ustar\0" + "00");
  const sum = block.reduce((sum, byte) => sum + byte, 0);
  write(148, sum.toString(8).padStart(6, "0") + "\0 ");
  return block;
}
