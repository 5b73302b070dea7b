import { Migration0001 } from './0001-initial.js';

/** In order; only ever added to. */
export const migrations = [{ name: '0001-initial', class: Migration0001 }];
