import type { JobKind, RunDefinition, WorkerBeat } from '@jobflow/contracts';
import { NoRetry } from '../define/attempt-control.js';
import { type Handler, isIsolated } from '../define/define-handler.js';
import { toJsonSchema } from '../define/input-schema.js';
import { runnerOf } from '../define/runner-of.js';
import { wantsProcess } from '../isolation/wants-process.js';
import type { FoundRunner, KindRunner, Run } from './kind-runner.js';

interface KnownHandler {
  handler: Handler;
  run: Run;
}

/** What decides how a run is carried out: a job of its name would do. */
type JobRun = Pick<RunDefinition, 'job' | 'kind' | 'limits'>;

/** What this worker can carry out: its handlers by name, and the kinds it was given. */
export class Runners {
  readonly #handlers = new Map<string, KnownHandler>();
  readonly #kinds = new Map<JobKind, KindRunner>();
  readonly #described: WorkerBeat['handlers'] = [];

  /** @throws Error for two handlers of one name, or one that needs a process of its own and is defined in no file. */
  constructor(handlers: readonly Handler[], kinds: readonly KindRunner[]) {
    for (const kind of kinds) this.#kinds.set(kind.kind, kind);
    for (const handler of handlers) {
      if (this.#handlers.has(handler.name)) throw new Error(`two handlers are named ${JSON.stringify(handler.name)}`);
      if (isIsolated(handler) && handler.module === undefined) throw new TypeError(noModule(handler));
      this.#handlers.set(handler.name, { handler, run: runnerOf(handler) });
      const { input } = handler.options;
      this.#described.push({ name: handler.name, ...(input && { inputSchema: toJsonSchema(input) }) });
    }
  }

  /** `alone`: the run may cost the process it runs in, so it gets its own wherever that can be. */
  find(run: JobRun, alone = false): FoundRunner {
    if (run.kind === 'HANDLER') {
      const handlersOff = this.#kinds.get('HANDLER')?.enabled === false;
      const found = handlersOff ? undefined : this.#handlers.get(run.job);
      return found
        ? handlerRunner(found, run, alone)
        : { kind: 'elsewhere', missing: `a handler named ${JSON.stringify(run.job)}` };
    }
    const kind = this.#kinds.get(run.kind);
    if (!kind) return { kind: 'elsewhere', missing: `${run.kind} jobs` };
    if (kind.enabled) return { kind: 'run', run: kind.run, ownProcess: OWN_PROCESS.has(kind.kind) };
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

/** Kinds whose work is done by a process of the run's own, whatever the run. */
const OWN_PROCESS = new Set<JobKind>(['SHELL', 'JAVASCRIPT', 'PYTHON']);

function handlerRunner({ handler, run }: KnownHandler, { limits }: JobRun, alone: boolean): FoundRunner {
  const { module, options } = handler;
  const idle = options.heartbeatMs !== undefined && { heartbeatMs: options.heartbeatMs };
  const must = options.isolation === 'process' || wantsProcess(options.limits) || wantsProcess(limits);
  if ((must || alone) && module !== undefined) {
    return { kind: 'run', run: isolated(module), ownProcess: true, ...idle };
  }
  if (!must) return { kind: 'run', run, ownProcess: false, ...idle };
  const refuse = () => {
    throw new NoRetry(noModule(handler), { code: 'NOT_ISOLABLE' });
  };
  return { kind: 'run', run: refuse, ownProcess: true };
}

/** Loaded by the first that needs it: a process that runs one handler alone never does. */
const isolated =
  (module: string): Run =>
  async (ctx) =>
    (await import('../isolation/isolated-handler.js')).runIsolated(ctx, module);

const noModule = ({ name }: Handler): string =>
  `Handler ${JSON.stringify(name)} needs a process of its own, which must load the file that defines it, and that file is not known: give it the option module: import.meta.url`;
