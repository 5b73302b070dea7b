import { registerHooks } from 'node:module';

/** What a handlers directory may import although it has no node_modules of its own. */
const LENT = /^(@jobflow\/sdk|zod)(\/|$)/;
let lent = false;

/**
 * Lets handler files anywhere on the disk import the SDK and zod: the copies of this package, unless the directory has
 * its own.
 */
export function lendPackages(): void {
  if (lent) return;
  lent = true;
  registerHooks({
    resolve(specifier, context, next) {
      if (!LENT.test(specifier)) return next(specifier, context);
      try {
        return next(specifier, context);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
        return next(specifier, { ...context, parentURL: import.meta.url });
      }
    },
  });
}
