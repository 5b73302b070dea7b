import { Dialog } from '@kobalte/core/dialog';
import X from 'lucide-solid/icons/x';
import { type JSX, Show } from 'solid-js';

/** A dialog over the page; on small screens it becomes a sheet at the bottom edge. */
export function Modal(props: {
  open: boolean;
  onClose: () => void;
  title: string;
  lead?: JSX.Element;
  wide?: boolean;
  children: JSX.Element;
}) {
  return (
    <Dialog open={props.open} onOpenChange={(open) => !open && props.onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay class="fixed inset-0 z-40 bg-black/50 backdrop-blur-[2px]" />
        <div class="fixed inset-0 z-40 flex items-end justify-center sm:items-center sm:p-6">
          <Dialog.Content
            class={`flex max-h-[92dvh] w-full flex-col rounded-t-2xl border border-line bg-raised shadow-float sm:max-h-[85dvh] sm:rounded-2xl ${props.wide ? 'sm:max-w-3xl' : 'sm:max-w-lg'}`}
          >
            <div class="flex items-start gap-3 px-5 pt-4">
              <div class="min-w-0 grow">
                <Dialog.Title class="text-lg leading-snug font-semibold break-words">{props.title}</Dialog.Title>
                <Show when={props.lead}>
                  <Dialog.Description class="mt-0.5 text-ink-soft">{props.lead}</Dialog.Description>
                </Show>
              </div>
              <Dialog.CloseButton class="btn btn-quiet btn-sm btn-icon -mr-2" aria-label="Close">
                <X class="size-4" aria-hidden="true" />
              </Dialog.CloseButton>
            </div>
            <div class="min-h-0 overflow-y-auto px-5 pt-4 pb-5">{props.children}</div>
          </Dialog.Content>
        </div>
      </Dialog.Portal>
    </Dialog>
  );
}
