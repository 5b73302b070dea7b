import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export type FoundPython = { ok: true; path: string; version: string } | { ok: false; reason: string };

const ASK = 'import sys; print(sys.executable); print("%d.%d.%d" % sys.version_info[:3])';

/**
 * The Python interpreter of this machine: JOBFLOW_PYTHON, else python3 on PATH. It is asked where it really is, since
 * what is on PATH may be a script that finds it by variables which jobs do not get.
 */
export async function findPython(env: NodeJS.ProcessEnv): Promise<FoundPython> {
  const wanted = env.JOBFLOW_PYTHON || 'python3';
  const where = env.JOBFLOW_PYTHON ? `at JOBFLOW_PYTHON (${wanted})` : 'as python3 on PATH';
  try {
    const { stdout } = await promisify(execFile)(wanted, ['-I', '-c', ASK], { env, timeout: 5_000 });
    const [path = '', version = ''] = stdout.trim().split('\n');
    if (path && version.startsWith('3.')) return { ok: true, path, version };
    return { ok: false, reason: `PYTHON jobs need Python 3, and ${wanted} is ${version || 'something else'}` };
  } catch {
    return { ok: false, reason: `PYTHON jobs need Python 3, which was not found ${where}` };
  }
}
