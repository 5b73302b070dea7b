import { A } from '@solidjs/router';
import Compass from 'lucide-solid/icons/compass';
import { createEffect } from 'solid-js';

/** There is nothing at this address; `what` and `why` make it specific. */
export function NotFoundPage(props: { what?: string; why?: string; back?: { href: string; text: string } }) {
  const title = () => props.what ?? 'There is no such page';
  createEffect(() => {
    document.title = `${title()} · Jobflow`;
  });
  return (
    <div class="flex flex-col items-center gap-3 px-4 py-20 text-center">
      <span class="mb-2 grid size-16 place-items-center rounded-2xl border border-line bg-surface text-ink-faint">
        <Compass class="size-7" aria-hidden="true" />
      </span>
      <h1>{title()}</h1>
      <p class="max-w-md text-ink-soft">{props.why ?? 'The address may be mistyped, or the page has moved.'}</p>
      <A class="btn btn-primary mt-3" href={props.back?.href ?? '/jobs'}>
        {props.back?.text ?? 'Go to Jobs'}
      </A>
    </div>
  );
}
