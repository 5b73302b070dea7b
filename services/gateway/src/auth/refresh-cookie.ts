import '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Where the refresh token travels: a cookie that no script can read and no other site can send. */
export interface RefreshCookie {
  read(): string | undefined;
  set(value: string, expiresAt: number): void;
  clear(): void;
}

/** Over https the name's `__Host-` prefix binds the cookie to this host; plain http cannot have it. */
export const refreshCookieName = (secure: boolean): string => (secure ? '__Host-jobflow_refresh' : 'jobflow_refresh');

export function createRefreshCookie(request: FastifyRequest, reply: FastifyReply, secure: boolean): RefreshCookie {
  const name = refreshCookieName(secure);
  const attributes = { path: '/', httpOnly: true, sameSite: 'strict', secure } as const;
  return {
    read: () => request.cookies[name],
    set: (value, expiresAt) => void reply.setCookie(name, value, { ...attributes, expires: new Date(expiresAt) }),
    clear: () => void reply.clearCookie(name, attributes),
  };
}
