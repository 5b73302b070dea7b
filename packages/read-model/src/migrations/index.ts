import { Migration0001 } from './0001-initial.js';
import { Migration0004 } from './0004-run-losses.js';

/** In order; only ever added to. */
export const migrations = [
  { name: '0001-initial', class: Migration0001 },
  { name: '0004-run-losses', class: Migration0004 },
];
