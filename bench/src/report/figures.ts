export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The value below which `percent` of the values lie, between two of them in proportion; 0 of none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = Float64Array.from(values).sort();
  const place = (sorted.length - 1) * (percent / 100);
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? 0;
  return below + (above - below) * (place - Math.floor(place));
}

export const whole = (value: number): string => Math.round(value).toLocaleString('en');
export const perSecond = (value: number): string => `${whole(value)}/s`;
export const milliseconds = (value: number): string => `${value.toFixed(2)} ms`;
