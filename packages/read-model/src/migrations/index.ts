import { Migration0001 } from './0001-initial.js';
import { Migration0002 } from './0002-limits.js';
import { Migration0003 } from './0003-secret-description.js';
import { Migration0004 } from './0004-run-losses.js';
import { Migration0005 } from './0005-bulk-operations.js';
import { Migration0006 } from './0006-schedules.js';
import { Migration0007 } from './0007-rescheduled-runs.js';
import { Migration0008 } from './0008-flows.js';
import { Migration0009 } from './0009-due-by-id.js';
import { Migration0010 } from './0010-first-events.js';
import { Migration0011 } from './0011-traceparent.js';

/** In order; only ever added to. */
export const migrations = [
  { name: '0001-initial', class: Migration0001 },
  { name: '0002-limits', class: Migration0002 },
  { name: '0003-secret-description', class: Migration0003 },
  { name: '0004-run-losses', class: Migration0004 },
  { name: '0005-bulk-operations', class: Migration0005 },
  { name: '0006-schedules', class: Migration0006 },
  { name: '0007-rescheduled-runs', class: Migration0007 },
  { name: '0008-flows', class: Migration0008 },
  { name: '0009-due-by-id', class: Migration0009 },
  { name: '0010-first-events', class: Migration0010 },
  { name: '0011-traceparent', class: Migration0011 },
];
