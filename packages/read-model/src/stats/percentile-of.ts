/**
 * A percentile of a kept histogram: bin 0 counts what took 0 ms, bin n what took 2^(n−1) to below 2^n ms. Within its bin
 * a value is taken to lie evenly, so the answer is never off by more than a factor of two. Undefined of nothing.
 *
 * @param share 0 to 1
 */
export function percentileOf(bins: readonly number[], share: number): number | undefined {
  const total = bins.reduce((sum, n) => sum + n, 0);
  if (total === 0) return undefined;
  let left = Math.min(1, Math.max(0, share)) * total;
  for (const [bin, count] of bins.entries()) {
    if (count === 0) continue;
    if (left <= count) return bin === 0 ? 0 : Math.round(2 ** (bin - 1) * (1 + left / count));
    left -= count;
  }
  return 2 ** (bins.length - 1);
}
