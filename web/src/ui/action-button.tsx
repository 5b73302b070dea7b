import LoaderCircle from 'lucide-solid/icons/loader-circle';
import { type JSX, Show, splitProps } from 'solid-js';
import type { Role } from '../generated/graphql';
import { blockedReason } from '../session/permissions';

interface Props extends Omit<JSX.ButtonHTMLAttributes<HTMLButtonElement>, 'onClick' | 'disabled'> {
  look?: 'primary' | 'danger' | 'quiet' | 'plain';
  small?: boolean;
  icon?: boolean;
  /** The role this changes something with; leave it out for what everyone may do, such as closing a dialog. */
  needs?: Role;
  busy?: boolean;
  /** Why it cannot be used now; shown as its title. */
  blocked?: string | undefined;
  onClick?: (event: MouseEvent) => void;
}

/**
 * A button that explains itself: when it cannot be used it stays focusable, is announced as disabled, and says why in
 * its title.
 */
export function ActionButton(props: Props) {
  const [own, rest] = splitProps(props, [
    'look',
    'small',
    'icon',
    'needs',
    'busy',
    'blocked',
    'onClick',
    'class',
    'children',
    'title',
    'type',
  ]);
  const reason = () => own.blocked ?? (own.needs ? blockedReason(own.needs) : undefined);
  const off = () => own.busy === true || reason() !== undefined;
  const looks = { primary: 'btn-primary', danger: 'btn-danger', quiet: 'btn-quiet', plain: '' };
  return (
    <button
      {...rest}
      type={own.type ?? 'button'}
      class={`btn ${looks[own.look ?? 'plain']} ${own.small ? 'btn-sm' : ''} ${own.icon ? 'btn-icon' : ''} ${own.class ?? ''}`}
      aria-disabled={off() ? 'true' : undefined}
      aria-busy={own.busy ? 'true' : undefined}
      title={reason() ?? own.title}
      onClick={(event) => {
        if (off()) {
          event.preventDefault();
          return;
        }
        own.onClick?.(event);
      }}
    >
      <Show when={own.busy}>
        <LoaderCircle class="spin size-4" aria-hidden="true" />
      </Show>
      {own.children}
    </button>
  );
}
