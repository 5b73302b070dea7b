import { Dynamic } from 'solid-js/web';
import { statusLook } from './status-look';

/** A status as icon, word and colour. `plain` leaves the background out, for dense places. */
export function StatusBadge(props: { status: string; plain?: boolean; label?: string }) {
  const look = () => statusLook(props.status);
  return (
    <span class={`chip tone-${look().tone} ${props.plain ? 'tone-text px-0!' : 'tone-chip'}`}>
      <Dynamic component={look().icon} class={`size-3.5 shrink-0 ${look().moving ? 'spin' : ''}`} aria-hidden="true" />
      <span class="truncate">{props.label ?? look().label}</span>
    </span>
  );
}
