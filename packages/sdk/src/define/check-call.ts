import { kindOf } from './kind-of.js';

const HANDLER = '{}, async (ctx) => { … }';

/** Refuses a definition without a name, with what to write. @throws TypeError */
export function checkName(call: 'defineHandler' | 'defineJob', name: unknown): asserts name is string {
  if (typeof name === 'string') return;
  const rest = call === 'defineHandler' ? HANDLER : '{ … }';
  throw new TypeError(
    `${call}: the first argument must be the name of the job, a string, not ${kindOf(name)}: write ${call}('mail.send', ${rest})`,
  );
}

/** Refuses a call of `defineHandler` whose arguments are missing or in the wrong places. @throws TypeError */
export function checkHandlerCall(name: unknown, options: unknown, handle: unknown): asserts name is string {
  checkName('defineHandler', name);
  const quoted = JSON.stringify(name);
  const refuse = (what: string, rest: string) => {
    throw new TypeError(`job ${quoted}: ${what}: write defineHandler(${quoted}, ${rest})`);
  };
  if (typeof options === 'function' && handle === undefined)
    refuse('the options were left out, and a handler without any needs {}', '{}, handler');
  if (typeof options === 'function') refuse('the options come before the handler', 'options, handler');
  if (options === undefined && handle === undefined) refuse('the options and the handler are missing', HANDLER);
  if (handle === undefined) refuse('the handler is missing', 'options, async (ctx) => { … }');
  if (typeof handle !== 'function')
    refuse(`the handler must be a function, not ${kindOf(handle)}`, 'options, async (ctx) => { … }');
}
