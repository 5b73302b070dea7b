import { defineHandler } from '@jobflow/sdk';

/** Does nothing: what one run costs the platform itself. */
export default defineHandler(
  'noop',
  { title: 'Do nothing', description: 'Ends at once, successfully.', defaultInput: {}, tags: ['example'] },
  async () => undefined,
);
