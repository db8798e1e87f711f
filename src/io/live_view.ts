/**
 * The live view of a run, for people at a terminal.
 *
 * @module
 */
import { unicodeWidth } from "@std/cli/unicode-width";
import { formatDuration } from "../time/duration.ts";
import { printable } from "../text/printable.ts";
import { type Stream, writeText } from "./standard_streams.ts";

/** A step of the work. */
export interface ProgressNode {
  /** Its name, for people. */
  name: string;
  /** How deep it lies in the tree of steps; 0 for the root. */
  depth: number;
  /** Its state in one word, such as `Running`. */
  state: string;
  /** When it started, as RFC 3339. */
  startedAt?: string;
  /** When it ended, as RFC 3339. */
  finishedAt?: string;
}

/** Where a runner shows how far its work is. */
export interface Progress {
  /**
   * Shows these nodes in place of those shown before; without nodes, the same nodes again, with their new durations.
   */
  show(nodes?: ProgressNode[]): void;
}

/** Options of {@linkcode LiveView}. */
export interface LiveViewOptions {
  /** The terminal: standard error. */
  stream: Stream;
  /** The terminal's size in characters; it may throw. */
  size: () => { columns: number; rows: number };
  /** Milliseconds since 1970: the durations of running steps end now. */
  now: () => number;
}

const MARKS: Record<string, string> = {
  Succeeded: "\x1b[32m✔\x1b[0m",
  Failed: "\x1b[31m✖\x1b[0m",
  Error: "\x1b[31m✖\x1b[0m",
  Running: "\x1b[36m●\x1b[0m",
  Pending: "\x1b[33m◷\x1b[0m",
};
const OTHER_MARK = "\x1b[90m○\x1b[0m";
/** Columns that a name takes at least, if there are as many. */
const NAME_COLUMNS = 40;
/** Columns of a line beside the name: mark, state and duration. */
const BESIDE_NAME = 26;

/**
 * A block of lines at the end of a terminal, one line per node, drawn anew with each change. The log is written above
 * it, through the stream {@linkcode LiveView.above}.
 */
export class LiveView implements Progress {
  readonly #options: LiveViewOptions;
  #nodes: ProgressNode[] = [];
  /** How many lines are on the screen. */
  #drawn = 0;

  /** Draws nothing before `show()`. */
  constructor(options: LiveViewOptions) {
    this.#options = options;
  }

  /** A stream whose text goes above the block. */
  get above(): Stream {
    return {
      writeSync: (bytes) => {
        this.#erase();
        writeText(this.#options.stream, new TextDecoder().decode(bytes));
        this.#draw();
        return bytes.length;
      },
    };
  }

  show(nodes: ProgressNode[] = this.#nodes): void {
    this.#nodes = nodes;
    this.#erase();
    this.#draw();
  }

  #erase(): void {
    if (this.#drawn > 0) writeText(this.#options.stream, `\x1b[${this.#drawn}A\x1b[J`);
    this.#drawn = 0;
  }

  #draw(): void {
    const { now, stream } = this.#options;
    const { columns, rows } = this.#size();
    const lines = viewLines(this.#nodes, { columns, rows: rows - 1, now: now() });
    if (lines.length > 0) writeText(stream, lines.join("\n") + "\n");
    this.#drawn = lines.length;
  }

  /** A closed terminal has no size: that must not end a run. */
  #size(): { columns: number; rows: number } {
    try {
      return this.#options.size();
    } catch {
      return { columns: 0, rows: 0 };
    }
  }
}

/** The space and the time of a view. */
export interface ViewSize {
  columns: number;
  rows: number;
  /** Milliseconds since 1970. */
  now: number;
}

/** The lines of a view: one line per node, as many as fit, and a last line that counts the ended steps. */
export function viewLines(nodes: ProgressNode[], { columns, rows, now }: ViewSize): string[] {
  if (nodes.length === 0 || rows < 2) return [];
  const ended = nodes.filter(({ finishedAt }) => finishedAt !== undefined).length;
  const room = rows - 1;
  // When not all nodes fit, only the count includes those that have succeeded.
  const shown = nodes.length <= room
    ? nodes
    : nodes.filter(({ state }) => state !== "Succeeded").slice(0, room);
  return [...shown.map((node) => nodeLine(node, columns, now)), `${ended}/${nodes.length} steps have ended`];
}

function nodeLine(
  { name, depth, state, startedAt, finishedAt }: ProgressNode,
  columns: number,
  now: number,
): string {
  const indented = "  ".repeat(depth) + printable(name).replaceAll("\n", " ");
  const fitted = fit(indented, Math.max(8, columns - BESIDE_NAME));
  const end = finishedAt === undefined ? now : Date.parse(finishedAt);
  const duration = startedAt === undefined ? "" : formatDuration(Math.max(0, end - Date.parse(startedAt)));
  return `${MARKS[state] ?? OTHER_MARK} ${fitted} ${state.padEnd(9)} ${duration}`.trimEnd();
}

/** Cuts a text that is wider than this many columns, and fills up a short text. */
function fit(text: string, columns: number): string {
  const cut = unicodeWidth(text) > columns ? `${start(text, columns - 1)}…` : text;
  return cut + " ".repeat(Math.max(0, Math.min(columns, NAME_COLUMNS) - unicodeWidth(cut)));
}

/** As many of a text's first characters as have room in this many columns. */
function start(text: string, columns: number): string {
  let fitting = "";
  for (const character of text) {
    if (unicodeWidth(fitting + character) > columns) break;
    fitting += character;
  }
  return fitting;
}
