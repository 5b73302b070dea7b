import { defineHandler } from '@jobflow/sdk';

/** Does nothing: what a platform costs by itself. */
export default defineHandler('noop', { title: 'Nothing', description: 'Does nothing, fast' }, () => undefined);
