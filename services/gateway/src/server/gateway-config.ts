import type { SecretKeys } from '@jobflow/platform';

/** What `main.ts` has read from the environment; nobody else reads it. */
export interface GatewayConfig {
  readonly environment: string;
  readonly port: number;
  readonly host: string;
  /** Where browsers reach this gateway, without a slash at the end. */
  readonly publicUrl: string;
  readonly jwtKey: Buffer;
  /** Of stored secrets. */
  readonly secretKeys: SecretKeys;
  readonly admin?: { readonly email: string; readonly password: string };
  /** Writes per minute and client; undefined: not limited. */
  readonly writesPerMinute?: number;
  /** Origins that may open a WebSocket besides the Host's own. */
  readonly allowedOrigins: readonly string[];
  /** CIDRs that checks of outgoing addresses let through. */
  readonly allowCidrs: readonly string[];
  readonly introspection: boolean;
  /** The built dashboard. */
  readonly webDir: string;
}
