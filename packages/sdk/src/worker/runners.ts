import type { JobKind, RunDefinition, WorkerBeat } from '@jobflow/contracts';
import type { KindContext } from '../attempt/attempt-context.js';
import { NoRetry } from '../define/attempt-control.js';
import type { Handler } from '../define/define-handler.js';
import { parseInput, toJsonSchema } from '../define/input-schema.js';
import type { FoundRunner, KindRunner } from './kind-runner.js';

/** What this worker can carry out: its handlers by name, and the kinds it was given. */
export class Runners {
  readonly #handlers = new Map<string, FoundRunner>();
  readonly #kinds = new Map<JobKind, KindRunner>();
  readonly #described: WorkerBeat['handlers'] = [];

  constructor(handlers: readonly Handler[], kinds: readonly KindRunner[]) {
    for (const kind of kinds) this.#kinds.set(kind.kind, kind);
    for (const handler of handlers) {
      if (this.#handlers.has(handler.name)) throw new Error(`two handlers are named ${JSON.stringify(handler.name)}`);
      this.#handlers.set(handler.name, { kind: 'run', run: runnerOf(handler) });
      const { input } = handler.options;
      this.#described.push({ name: handler.name, ...(input && { inputSchema: toJsonSchema(input) }) });
    }
  }

  find(run: RunDefinition): FoundRunner {
    if (run.kind === 'HANDLER') {
      const handlersOff = this.#kinds.get('HANDLER')?.enabled === false;
      const found = handlersOff ? undefined : this.#handlers.get(run.job);
      return found ?? { kind: 'elsewhere', missing: `a handler named ${JSON.stringify(run.job)}` };
    }
    const kind = this.#kinds.get(run.kind);
    if (!kind) return { kind: 'elsewhere', missing: `${run.kind} jobs` };
    if (kind.enabled) return { kind: 'run', run: kind.run };
    if (kind.nowhere) return { kind: 'nowhere', reason: kind.reason };
    return { kind: 'elsewhere', missing: `${run.kind} jobs (here: ${kind.reason})` };
  }

  /** For the worker's beat. */
  describe(): Pick<WorkerBeat, 'handlers' | 'kinds'> {
    const kinds: WorkerBeat['kinds'] = [...this.#kinds.values()].map((kind) =>
      kind.enabled ? { kind: kind.kind, enabled: true } : { kind: kind.kind, enabled: false, reason: kind.reason },
    );
    if (!this.#kinds.has('HANDLER')) kinds.push({ kind: 'HANDLER', enabled: true });
    const off = kinds.some((kind) => kind.kind === 'HANDLER' && !kind.enabled);
    return { kinds, handlers: off ? [] : this.#described };
  }
}

function runnerOf({ options, handle }: Handler): (ctx: KindContext) => unknown {
  const schema = options.input;
  if (!schema) return handle;
  return (ctx) => {
    const parsed = parseInput(schema, ctx.input);
    if (!parsed.ok)
      throw new NoRetry(`The input does not match the handler's schema: ${parsed.message}`, { code: 'INVALID_INPUT' });
    return handle(parsed.input === ctx.input ? ctx : ctx.withInput(parsed.input));
  };
}
