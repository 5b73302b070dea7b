import { DropdownMenu } from '@kobalte/core/dropdown-menu';
import KeyRound from 'lucide-solid/icons/key-round';
import Keyboard from 'lucide-solid/icons/keyboard';
import LogOut from 'lucide-solid/icons/log-out';
import { dropConnection } from '../live/live-connection';
import { type SessionUser, signOut } from '../session/session';

const item =
  'flex items-center gap-3 rounded-lg px-3 py-2 outline-none data-[highlighted]:bg-sunken dark:data-[highlighted]:bg-line';

export function UserMenu(props: { user: SessionUser; onShortcuts: () => void; onPassword: () => void }) {
  const leave = () => {
    dropConnection();
    void signOut();
  };
  return (
    <DropdownMenu placement="bottom-end" gutter={6} modal={false}>
      <DropdownMenu.Trigger
        class="grid size-8 place-items-center rounded-full bg-accent-soft text-[0.8125rem] font-semibold text-accent-ink uppercase"
        aria-label={`Account of ${props.user.email}`}
      >
        {props.user.email.charAt(0)}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content class="z-50 w-64 max-w-[calc(100vw-1rem)] rounded-xl border border-line bg-raised p-1.5 shadow-float outline-none">
          <div class="border-b border-line px-3 pt-2 pb-3">
            <p class="truncate font-medium">{props.user.email}</p>
            <p class="text-xs text-ink-faint">Role: {props.user.role.toLowerCase()}</p>
          </div>
          <div class="pt-1.5">
            <DropdownMenu.Item class={item} onSelect={props.onPassword}>
              <KeyRound class="size-4 text-ink-faint" aria-hidden="true" />
              Change password
            </DropdownMenu.Item>
            <DropdownMenu.Item class={item} onSelect={props.onShortcuts}>
              <Keyboard class="size-4 text-ink-faint" aria-hidden="true" />
              Keyboard shortcuts
            </DropdownMenu.Item>
            <DropdownMenu.Item class={item} onSelect={leave}>
              <LogOut class="size-4 text-ink-faint" aria-hidden="true" />
              Sign out
            </DropdownMenu.Item>
          </div>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu>
  );
}
