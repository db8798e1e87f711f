/** Both values, line by line: `-` only in actual, `+` only in expected. */
export function diff(actual: unknown, expected: unknown): string {
  const a = linesOf(actual);
  const b = linesOf(expected);
  const common = commonLengths(a, b);
  const lines: string[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(`    ${a[i++]}`);
      j++;
    } else if (j >= b.length || (i < a.length && lengthAt(common, i + 1, j) >= lengthAt(common, i, j + 1))) {
      lines.push(`-   ${a[i++]}`);
    } else {
      lines.push(`+   ${b[j++]}`);
    }
  }
  return ["    [Diff] Actual / Expected", "", ...lines].join("\n");
}

function linesOf(value: unknown): string[] {
  const options = {
    depth: Infinity,
    sorted: true,
    trailingComma: true,
    compact: false,
    iterableLimit: Infinity,
  };
  return Deno.inspect(value, { ...options, strAbbreviateSize: Infinity }).split("\n");
}

/** Length of the longest common subsequence of the lines from i in `a` and from j in `b`, at `[i][j]`. */
function commonLengths(a: string[], b: string[]): number[][] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--) {
    const row = lengths[i] ?? [];
    for (let j = b.length - 1; j >= 0; j--) {
      row[j] = a[i] === b[j]
        ? 1 + lengthAt(lengths, i + 1, j + 1)
        : Math.max(lengthAt(lengths, i + 1, j), lengthAt(lengths, i, j + 1));
    }
  }
  return lengths;
}

function lengthAt(lengths: number[][], i: number, j: number): number {
  return lengths[i]?.[j] ?? 0;
}
