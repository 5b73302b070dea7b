import { resolve } from 'node:path';

/** The top of the repository. dist/platform and src/platform are equally deep. */
export const REPOSITORY = resolve(import.meta.dirname, '../../../..');
