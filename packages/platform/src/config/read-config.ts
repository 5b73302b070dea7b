import { z } from 'zod';

/** The environment does not allow a start. The message is one sentence per variable, for the person who set them. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const SECRET_NAME = /KEY|SECRET|PASSWORD|TOKEN|URL/;

/**
 * Reads and checks the variables a process needs, all at once. An empty variable counts as absent. Values of variables
 * that may hold credentials are never repeated in the message.
 * @throws ConfigError naming every bad variable, what is wrong with it and what is wanted
 */
export function readConfig<S extends z.ZodRawShape>(
  service: string,
  shape: S,
  env: NodeJS.ProcessEnv = process.env,
): z.infer<z.ZodObject<S>> {
  const given = Object.fromEntries(Object.keys(shape).flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  const parsed = z.object(shape).safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = new Map<string, string>();
  for (const issue of parsed.error.issues) {
    const name = String(issue.path[0]);
    if (!problems.has(name)) problems.set(name, describe(name, env[name], issue.message, wanted(shape[name])));
  }
  throw new ConfigError(`${service} cannot start: ${[...problems.values()].join('; ')}`);
}

function describe(name: string, value: string | undefined, problem: string, wants: string | undefined): string {
  const want = wants ? `; wanted: ${wants}` : '';
  if (!value) return `${name} is not set${want}`;
  const shown = SECRET_NAME.test(name) ? '' : ` (${JSON.stringify(value.slice(0, 100))})`;
  return `${name}${shown} ${problem}${want}`;
}

/** The description nearest to the surface: `.describe()` is lost behind `.default()` and `.optional()`. */
function wanted(schema: unknown): string | undefined {
  let at = schema as { description?: string; unwrap?: () => unknown } | undefined;
  while (at && !at.description && typeof at.unwrap === 'function') at = at.unwrap() as typeof at;
  return at?.description;
}
