import { createSignal, type JSX, onCleanup, Show } from 'solid-js';

const skeletonAfterMs = 150;

/** Shows a skeleton only when waiting gets noticeable: an answer within 150 ms never flickers. */
export function AfterDelay(props: { children: JSX.Element }) {
  const [due, setDue] = createSignal(false);
  const timer = setTimeout(() => setDue(true), skeletonAfterMs);
  onCleanup(() => clearTimeout(timer));
  return <Show when={due()}>{props.children}</Show>;
}
