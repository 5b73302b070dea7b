import { isIP } from 'node:net';
import { addressPolicy } from './address-policy.js';
import { ForbiddenAddressError, type Resolve, resolveAll } from './safe-dispatcher.js';

/**
 * The address to connect to for a host, if it may be called: connect to this and not to the name, which might resolve
 * to something else the next time. A name is refused if any of its addresses may not be called.
 * @throws ForbiddenAddressError, or what the system says of a name it does not know (ENOTFOUND, EAI_AGAIN)
 */
export async function resolveAllowed(
  host: string,
  allow: readonly string[],
  resolve: Resolve = resolveAll,
): Promise<string> {
  const allowed = addressPolicy(allow);
  const bare = host.replace(/^\[|\]$/g, '');
  const addresses = isIP(bare)
    ? [bare]
    : await new Promise<string[]>((done, fail) =>
        resolve(bare, (error, found) => (error ? fail(error) : done(found.map(({ address }) => address)))),
      );
  const [first] = addresses;
  const bad = addresses.find((address) => !allowed(address));
  if (first !== undefined && bad === undefined) return first;
  if (bad === undefined) throw new ForbiddenAddressError(`${bare} has no address.`);
  const leads = bad === bare ? '' : ` leads to ${bad}, which`;
  throw new ForbiddenAddressError(`${bare}${leads} may not be called: it is not a public address.`);
}
