import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { definedIn, type Handler, isHandler, isJob, type JobDefinition, lendPackages } from '@jobflow/sdk';

export interface LoadedHandlers {
  handlers: Handler[];
  jobs: JobDefinition[];
  /** One sentence for each file that could not be used. */
  problems: string[];
}

const PROGRAM = /\.(ts|mts|js|mjs)$/;
const NOT_A_HANDLER = /\.(test|spec|d)\.[mc]?[jt]s$/;

/**
 * Loads every program file at the top level of a directory and takes whatever it exports that is a handler or a job. A
 * file that cannot be loaded costs only its own handlers.
 */
export async function loadHandlers(directory: string): Promise<LoadedHandlers> {
  const loaded: LoadedHandlers = { handlers: [], jobs: [], problems: [] };
  let names: string[];
  try {
    names = await readdir(resolve(directory));
  } catch (error) {
    loaded.problems.push(`The handlers directory ${directory} cannot be read: ${reasonOf(error)}`);
    return loaded;
  }
  lendPackages();
  const from = new Map<string, string>();
  for (const name of names.filter((file) => PROGRAM.test(file) && !NOT_A_HANDLER.test(file)).sort()) {
    try {
      const url = pathToFileURL(join(resolve(directory), name)).href;
      const module = (await import(url)) as Record<string, unknown>;
      take({ name, url }, new Set(Object.values(module)), from, loaded);
    } catch (error) {
      loaded.problems.push(`${name} could not be loaded: ${reasonOf(error)}`);
    }
  }
  return loaded;
}

function take(
  { name: file, url }: { name: string; url: string },
  exported: Set<unknown>,
  from: Map<string, string>,
  loaded: LoadedHandlers,
): void {
  let found = 0;
  for (const value of exported) {
    const kind = isHandler(value) ? 'handler' : isJob(value) ? 'job' : undefined;
    if (!kind) continue;
    found += 1;
    const { name } = value as Handler | JobDefinition;
    const before = from.get(`${kind} ${name}`);
    if (before) {
      loaded.problems.push(`${file} defines ${name}, which ${before} has defined already; the first one is used`);
      continue;
    }
    from.set(`${kind} ${name}`, file);
    if (isHandler(value)) loaded.handlers.push(definedIn(value, url));
    else loaded.jobs.push(value as JobDefinition);
  }
  if (found === 0) loaded.problems.push(`${file} exports no handler: export what defineHandler returns`);
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message.split('\n')[0] : String(error));
