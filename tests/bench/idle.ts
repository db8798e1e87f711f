/**
 * A program that does nothing: what Deno itself costs.
 *
 * @module
 */
if (!Deno.args.includes("--version")) setTimeout(() => {}, 60_000);
