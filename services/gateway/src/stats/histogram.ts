/**
 * A percentile of a histogram as the read model keeps them: bin 0 counts 0 ms, bin n those up to 2^n ms. Within a bin
 * values are taken to lie evenly. Null for an empty one.
 * @param share 0–1
 */
export function percentile(bins: readonly number[], share: number): number | null {
  const total = bins.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let left = share * total;
  for (const [n, count] of bins.entries()) {
    if (left <= count && count > 0) {
      const low = n === 0 ? 0 : 2 ** (n - 1);
      const high = n === 0 ? 0 : 2 ** n;
      return low + (left / count) * (high - low);
    }
    left -= count;
  }
  return 2 ** (bins.length - 1);
}
