import ArrowDownToLine from 'lucide-solid/icons/arrow-down-to-line';
import { createMemo, createSignal, For, Index, onCleanup, onMount, Show } from 'solid-js';
import type { LogLevel } from '../generated/graphql';
import { preciseTime } from '../time/relative-time';
import { AfterDelay } from '../ui/after-delay';
import { ErrorPanel } from '../ui/error-panel';
import { ansiSegments } from './ansi-segments';
import type { LogRow } from './log-rows';
import { isAtEnd, logWindow, rowHeight } from './log-window';
import { useLog } from './use-log';

const levels: { level: LogLevel; label: string }[] = [
  { level: 'DEBUG', label: 'All levels' },
  { level: 'INFO', label: 'Info and above' },
  { level: 'WARN', label: 'Warnings and errors' },
  { level: 'ERROR', label: 'Errors only' },
];

/** A run's log, live. It follows its end until the reader scrolls up. */
export function LogView(props: { runId: string; ended: boolean }) {
  const [level, setLevel] = createSignal<LogLevel>('DEBUG');
  return (
    <Show when={level()} keyed>
      {(minLevel) => <LogPane runId={props.runId} ended={props.ended} minLevel={minLevel} onLevel={setLevel} />}
    </Show>
  );
}

function LogPane(props: { runId: string; ended: boolean; minLevel: LogLevel; onLevel: (level: LogLevel) => void }) {
  const [scrollTop, setScrollTop] = createSignal(0);
  const [height, setHeight] = createSignal(480);
  const [following, setFollowing] = createSignal(true);
  let scroller!: HTMLDivElement;

  const log = useLog(props.runId, props.minLevel, {
    changed: ({ addedBefore, droppedBefore }) => {
      const shift = (addedBefore - droppedBefore) * rowHeight;
      if (following()) scroller.scrollTop = scroller.scrollHeight;
      else if (shift !== 0) scroller.scrollTop = Math.max(0, scroller.scrollTop + shift);
    },
  });
  const count = () => {
    log.version();
    return log.rows.length;
  };
  const shown = createMemo(() => {
    const { first, end } = logWindow(scrollTop(), height(), count());
    return { first, rows: log.rows.slice(first, end) };
  });

  function onScroll() {
    const before = scrollTop();
    const { scrollTop: now, clientHeight, scrollHeight } = scroller;
    setScrollTop(now);
    if (isAtEnd(now, clientHeight, scrollHeight)) setFollowing(true);
    else if (now < before) setFollowing(false);
    if (now < rowHeight * 10) void log.loadEarlier();
  }

  function toEnd() {
    setFollowing(true);
    scroller.scrollTop = scroller.scrollHeight;
  }

  onMount(() => {
    const observer = new ResizeObserver(() => {
      setHeight(scroller.clientHeight);
      if (following()) scroller.scrollTop = scroller.scrollHeight;
    });
    observer.observe(scroller);
    onCleanup(() => observer.disconnect());
  });

  return (
    <div class="min-w-0">
      <div class="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5">
        <select
          class="input w-auto! min-h-8! py-1!"
          aria-label="Levels shown"
          onChange={(event) => props.onLevel(event.currentTarget.value as LogLevel)}
        >
          <For each={levels}>
            {(it) => (
              <option value={it.level} selected={it.level === props.minLevel}>
                {it.label}
              </option>
            )}
          </For>
        </select>
        <span class="num text-[0.8125rem] text-ink-faint max-sm:order-last max-sm:basis-full">
          {count().toLocaleString()} {count() === 1 ? 'line' : 'lines'}
          {log.hasEarlier() ? ', earlier ones above' : ''}
        </span>
        <button type="button" class="btn btn-sm ml-auto" aria-pressed={following()} onClick={toEnd}>
          <ArrowDownToLine class="size-4" aria-hidden="true" />
          {following() ? (props.ended ? 'At the end' : 'Following') : 'Jump to end'}
        </button>
      </div>
      <Show when={log.error()}>
        {(error) => (
          <ErrorPanel class="mx-4 mb-3" what="The log could not be loaded" error={error()} onRetry={log.retry} />
        )}
      </Show>
      <div
        ref={scroller}
        class="relative h-[min(34rem,65dvh)] overflow-auto border-t border-line bg-sunken font-mono text-xs -outline-offset-2"
        role="region"
        aria-label="Log lines"
        tabindex="0"
        onScroll={onScroll}
      >
        <div class="min-w-max" style={{ height: `${count() * rowHeight + 16}px` }}>
          <div class="pt-2" style={{ transform: `translateY(${shown().first * rowHeight}px)` }}>
            <Index each={shown().rows}>{(row) => <Line row={row()} />}</Index>
          </div>
        </div>
        <Show when={count() === 0}>
          <p class="absolute inset-x-0 top-1/3 px-6 text-center font-sans text-sm text-ink-soft">
            <Show
              when={!log.loading()}
              fallback={
                <AfterDelay>
                  <span>Loading the log…</span>
                </AfterDelay>
              }
            >
              {props.ended ? 'This run wrote no log lines.' : 'Log lines appear here as they are written.'}
            </Show>
          </p>
        </Show>
      </div>
    </div>
  );
}

function Line(props: { row: LogRow }) {
  return (
    <div
      class={`flex h-5 gap-3 pr-6 leading-5 whitespace-pre hover:bg-line/60 ${props.row.level === 'GAP' ? 'text-warn' : ''}`}
    >
      <span class="sticky left-0 w-14 shrink-0 bg-sunken pr-1 text-right text-ink-faint tabular-nums select-none">
        {props.row.first ? props.row.line : ''}
      </span>
      <span class="w-[5.5rem] shrink-0 text-ink-faint tabular-nums max-sm:hidden">
        {props.row.at ? preciseTime(Date.parse(props.row.at)) : ''}
      </span>
      <span class={`w-10 shrink-0 font-semibold ${levelClass[props.row.level]}`}>
        {props.row.first ? props.row.level : ''}
      </span>
      <span
        class={props.row.level === 'ERROR' || props.row.level === 'WARN' ? levelClass[props.row.level] : 'text-ink'}
      >
        <For each={ansiSegments(props.row.text)}>
          {(segment) => (
            <span class={`${segment.bold ? 'font-bold' : ''} ${ansiClass[segment.color ?? -1] ?? ''}`}>
              {segment.text}
            </span>
          )}
        </For>
      </span>
    </div>
  );
}

const levelClass: Record<LogRow['level'], string> = {
  DEBUG: 'text-ink-faint',
  INFO: 'text-run',
  WARN: 'text-warn',
  ERROR: 'text-bad',
  GAP: 'text-warn',
};

/** Terminal colours as the theme's own, so that they stay readable on its background. */
const ansiClass: Record<number, string> = {
  1: 'text-bad',
  2: 'text-ok',
  3: 'text-warn',
  4: 'text-run',
  5: 'text-wait',
  6: 'text-run',
  8: 'text-ink-faint',
  9: 'text-bad',
  10: 'text-ok',
  11: 'text-warn',
  12: 'text-run',
  13: 'text-wait',
  14: 'text-run',
};
