import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Handler, isHandler, isJob, type JobDefinition } from '@jobflow/sdk';

export interface LoadedHandlers {
  handlers: Handler[];
  jobs: JobDefinition[];
  /** A sentence for each file that could not be used; the others are. */
  troubles: string[];
}

/**
 * Imports every .ts, .mts, .js and .mjs file at the top level of a directory, and takes what they export: handlers and
 * job definitions. TypeScript runs as it is, by Node's type stripping.
 */
export async function loadHandlers(directory: string): Promise<LoadedHandlers> {
  const loaded: LoadedHandlers = { handlers: [], jobs: [], troubles: [] };
  const from = new Map<string, string>();
  const files = (await readdir(resolve(directory)))
    .filter((file) => /(?<!\.d|\.test|\.config)\.m?[tj]s$/.test(file))
    .sort();
  for (const file of files) {
    try {
      const exported: Record<string, unknown> = await import(pathToFileURL(join(resolve(directory), file)).href);
      for (const value of new Set(Object.values(exported))) take(value, file, loaded, from);
    } catch (error) {
      loaded.troubles.push(`${file} could not be loaded: ${(error as Error).message}`);
    }
  }
  return loaded;
}

function take(value: unknown, file: string, loaded: LoadedHandlers, from: Map<string, string>): void {
  if (!isHandler(value) && !isJob(value)) return;
  const first = from.get(value.name);
  if (first) {
    loaded.troubles.push(`${file} defines ${value.name} again; the one of ${first} is used`);
    return;
  }
  from.set(value.name, file);
  if (isHandler(value)) loaded.handlers.push(value);
  else loaded.jobs.push(value);
}
