/** What the jobs of the benchmark of limits are limited to. */
export const FEW = 8;
export const RATE = { limit: 50, perMs: 1_000 };
/** More than all executors together carry out at once: never reached, and so nothing but a cost. */
export const ROOMY = 1_000;
