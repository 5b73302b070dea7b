import type { JobKind } from '@jobflow/contracts';
import type { Containment, Stoppable } from '@jobflow/platform';
import type { KindRunner } from '@jobflow/sdk';
import { createHttpKind } from './http/http-kind.js';
import { createJavaScriptKind } from './javascript/javascript-kind.js';
import type { FoundPython } from './python/find-python.js';
import { createPythonKind } from './python/python-kind.js';
import { createShellKind } from './shell/shell-kind.js';
import { createSqlKind } from './sql/sql-kind.js';

export interface KindsOptions {
  enabled: readonly JobKind[];
  allow: string[];
  containment: Containment;
  python: FoundPython;
  env: NodeJS.ProcessEnv;
}

/** Every kind of job, and for those that this executor does not carry out the reason. */
export function createKinds({ enabled, allow, containment, python, env }: KindsOptions): {
  kinds: KindRunner[];
  parts: Stoppable[];
} {
  const http = createHttpKind({ allow });
  const built: KindRunner[] = [
    http.runner,
    createShellKind({ containment, env }),
    createPythonKind({ containment, env, python }),
    createSqlKind({ allow }),
    createJavaScriptKind({ containment, env }),
  ];
  const kinds = built.map((kind) => (enabled.includes(kind.kind) ? kind : switchedOff(kind.kind)));
  if (!enabled.includes('HANDLER')) kinds.push(switchedOff('HANDLER'));
  return { kinds, parts: [http] };
}

const switchedOff = (kind: JobKind): KindRunner => ({
  kind,
  enabled: false,
  nowhere: false,
  reason: `${kind} jobs are switched off: add ${kind} to JOBFLOW_KINDS of an executor`,
});
