/**
 * Loaded before every test by `npm test`: the property tests draw the same cases in every run, so that a commit passes or fails for its own sake.
 * HOLDFAST_SEED=N draws others, HOLDFAST_SEED=random others each time; a failure names its seed either way.
 */
import fc from "fast-check";

const wanted = process.env["HOLDFAST_SEED"] ?? "20261124";
if (wanted !== "random") fc.configureGlobal({ seed: Number(wanted) });
