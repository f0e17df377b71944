/** How many processes one section may stand for. */

/** A bound on what a typing error can do; the original takes any number and runs out of memory. */
export const NUMPROCS_MAX = 100_000;
