export type Version = readonly [major: number, minor: number, patch: number];

/** The first `1.2` or `1.2.3` in a text. */
export function parseVersion(text: string): Version | undefined {
  const match = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)] : undefined;
}

/** Negative if `a` is older than `b`. */
export const compareVersions = (a: Version, b: Version): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];

export const formatVersion = (version: Version): string => version.join('.');
