import { reachable } from '../api/reachability';
import type { Role } from '../generated/graphql';
import { session } from './session';

const rank: Record<Role, number> = { VIEWER: 0, USER: 1, ADMIN: 2 };

/**
 * Why the signed-in user cannot do something now, in words for a disabled control; undefined when they can. The server
 * decides in the end; this only spares people a refusal.
 */
export function blockedReason(needs: Role = 'USER'): string | undefined {
  if (!reachable()) return 'Not connected: changes are off until the server answers again.';
  const current = session();
  if (current.status !== 'signed-in') return 'Sign in first.';
  if (rank[current.user.role] >= rank[needs]) return undefined;
  return `Your role (${current.user.role.toLowerCase()}) may look but not change this.`;
}
