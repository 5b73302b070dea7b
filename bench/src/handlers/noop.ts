import { defineHandler } from '@jobflow/sdk';

export default defineHandler('noop', {}, async () => undefined);
