import { defineHandler } from '@jobflow/sdk';
import { tell } from '../collector/tell.js';

/** Tells how long after its time it started. */
export default defineHandler('due', {}, ({ input }) => {
  tell(`late ${Date.now() - (input as { dueAt: number }).dueAt}`);
});
