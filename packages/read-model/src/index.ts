export * from './db/db.js';
export { migrate } from './migrations/migrate.js';
export * from './runs/partitions.js';
