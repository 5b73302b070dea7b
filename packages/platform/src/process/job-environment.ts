/** What a job's process sees of the executor's environment; everything else, credentials above all, stays out. */
const ALLOWED = ['PATH', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TMPDIR', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];

/** The environment of a job's process: the allow-list, a HOME that is its own directory, and what the job sets. */
export function jobEnvironment(
  executorEnv: NodeJS.ProcessEnv,
  home: string,
  own: Record<string, string>,
): Record<string, string> {
  const env: Record<string, string> = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: home };
  for (const name of ALLOWED) {
    const value = executorEnv[name];
    if (value !== undefined) env[name] = value;
  }
  return { ...env, ...own };
}
