/**
 * A rate in [0, 1] as a percentage. Only a perfect rate reads 100 %: 99.96 % is shown as 99.9 %, so that one failure
 * in thousands does not vanish.
 */
export function formatRate(rate: number | null | undefined): string {
  if (rate === null || rate === undefined) return '–';
  const percent = Math.min(1, Math.max(0, rate)) * 100;
  if (percent === 100 || percent === 0) return `${percent}%`;
  const floored = Math.floor(percent * 10) / 10;
  return Number.isInteger(floored) ? `${floored}%` : `${floored.toFixed(1)}%`;
}
