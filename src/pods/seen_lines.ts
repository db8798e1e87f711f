/**
 * Telling new lines of a log from those that a stream repeats.
 *
 * @module
 */

/**
 * Remembers which lines were seen: how many lines of each time in the newest second and in the second before. A stream
 * that is opened anew begins with whole seconds, and standard output and standard error are not quite in order.
 */
export class SeenLines {
  readonly #counts = new Map<string, number>();
  /** How many lines of each time the present stream repeats. */
  #repeated = new Map<string, number>();
  /** Seconds since 1970. */
  #newest = -Infinity;

  /** Prepares for a new stream. Returns the time from which to open it, RFC 3339; `undefined` for the whole log. */
  reopen(): string | undefined {
    this.#repeated = new Map(this.#counts);
    if (this.#newest === -Infinity) return undefined;
    return `${new Date((this.#newest - 1) * 1_000).toISOString().slice(0, 19)}Z`;
  }

  /** Yields the texts of the lines that were not seen before. A line without a time is not the container's. */
  *newOf(lines: Iterable<string>): Generator<string> {
    for (const line of lines) {
      const blank = line.indexOf(" ");
      const time = blank < 0 ? line : line.slice(0, blank);
      const second = Math.floor(Date.parse(time) / 1_000);
      if (/^\d{4}-\d\d-\d\dT/.test(time) && !Number.isNaN(second) && this.#isNew(time, second)) {
        yield blank < 0 ? "" : line.slice(blank + 1).replace(/\r$/, "");
      }
    }
  }

  #isNew(time: string, second: number): boolean {
    const repeated = this.#repeated.get(time) ?? 0;
    if (repeated > 0) {
      this.#repeated.set(time, repeated - 1);
      return false;
    }
    this.#counts.set(time, (this.#counts.get(time) ?? 0) + 1);
    if (second > this.#newest) this.#forgetBefore(second - 1);
    this.#newest = Math.max(this.#newest, second);
    return true;
  }

  #forgetBefore(second: number): void {
    for (const time of this.#counts.keys()) {
      if (Date.parse(time) < second * 1_000) this.#counts.delete(time);
    }
  }
}
