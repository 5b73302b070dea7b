const unitMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 };

/** A length of time for people, at most two units: `840 ms`, `2.4 s`, `3 m 20 s`, `5 h 12 m`, `2 d 4 h`. */
export function formatDuration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return '–';
  const length = Math.max(0, ms);
  if (length < 1_000) return `${Math.round(length)} ms`;
  if (length < 9_950) return `${(length / 1_000).toFixed(1)} s`;
  if (length < 59_500) return `${Math.round(length / 1_000)} s`;
  if (length < unitMs.h - 500) return pair(length, unitMs.m, 'm', unitMs.s, 's');
  if (length < unitMs.d - 30_000) return pair(length, unitMs.h, 'h', unitMs.m, 'm');
  return pair(length, unitMs.d, 'd', unitMs.h, 'h');
}

function pair(ms: number, big: number, bigName: string, small: number, smallName: string): string {
  const smalls = Math.round(ms / small);
  const perBig = big / small;
  const rest = smalls % perBig;
  const bigs = Math.floor(smalls / perBig);
  return rest === 0 ? `${bigs} ${bigName}` : `${bigs} ${bigName} ${rest} ${smallName}`;
}
