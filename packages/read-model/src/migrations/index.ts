import { Migration0001 } from './0001-initial.js';
import { Migration0002 } from './0002-limits.js';

/** In order; only ever added to. */
export const migrations = [
  { name: '0001-initial', class: Migration0001 },
  { name: '0002-limits', class: Migration0002 },
];
