import { readFileSync } from 'node:fs';
import { hasSetpriv, type Launch, SETPRIV } from './end-with-parent.js';

/** Linux capabilities that let a process pass closed folders, the lesser one first, with their bits. Containers often lack it. */
const CAPABILITIES = [
  ['dac_read_search', 2n],
  ['dac_override', 1n],
] as const;

/**
 * Lets a program that refuses to run as root reach folders that only root may enter: it runs as another user, with one
 * capability. undefined where that cannot be done.
 */
export function asUserWhoMayRead(launch: Launch, uid: number, gid: number): Launch | undefined {
  const capability = hasSetpriv() ? grantable(readFileSync('/proc/self/status', 'utf8')) : undefined;
  if (!capability) return undefined;
  const user = ['--reuid', String(uid), '--regid', String(gid), '--clear-groups'];
  const grant = ['--inh-caps', `+${capability}`, '--ambient-caps', `+${capability}`];
  const { uid: _uid, gid: _gid, ...rest } = launch;
  return { ...rest, file: SETPRIV, args: [...user, ...grant, '--', launch.file, ...launch.args] };
}

/** The first of those capabilities that this process has and may hand on, by its /proc/self/status. */
export function grantable(status: string): string | undefined {
  const mask = (name: string): bigint =>
    BigInt(`0x${new RegExp(`^${name}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1] ?? '0'}`);
  const both = mask('CapPrm') & mask('CapBnd');
  return CAPABILITIES.find(([, bit]) => (both >> bit) & 1n)?.[0];
}
