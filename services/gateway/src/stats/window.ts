/** Minutes are kept; the one in which a window begins counts by the part of it that lies inside. Over `at` and `$from`. */
export const weightFrom = (from: string): string =>
  `least(1, greatest(0, extract(epoch from m.at + interval '1 minute' - ${from}) / 60))`;

/** The minutes that meet a window beginning at `from`. */
export const minutesFrom = (from: string): string => `m.at > ${from} - interval '1 minute'`;
