import { createSignal } from 'solid-js';

const [reachable, setReachable] = createSignal(true);

/** False from a request that got no answer at all until the next one that does. */
export { reachable };

export const noteAnswered = () => setReachable(true);
export const noteUnreachable = () => setReachable(false);

/** A lost socket may be only a proxy that dislikes sockets: asks over plain HTTP whether the gateway is there. */
export async function probe(): Promise<void> {
  try {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __typename }' }),
      signal: AbortSignal.timeout(5_000),
    });
    setReachable(response.status < 502 || response.status > 504);
  } catch {
    noteUnreachable();
  }
}
