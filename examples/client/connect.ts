import { type Client, createClient } from '@jobflow/sdk/client';

/** A client from the environment: JOBFLOW_URL, and JOBFLOW_API_KEY as the mutation createApiKey shows it once. */
export function connect(): Client {
  const apiKey = process.env.JOBFLOW_API_KEY;
  if (!apiKey) {
    console.error('Set JOBFLOW_API_KEY to an API key (jfk_…): the mutation createApiKey makes one.');
    process.exit(1);
  }
  return createClient({ url: process.env.JOBFLOW_URL ?? 'http://127.0.0.1:4000', apiKey });
}
