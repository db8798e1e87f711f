/**
 * A program that does nothing, which measures what Deno itself costs.
 *
 * @module
 */
if (!Deno.args.includes("--version")) setTimeout(() => {}, 60_000);
