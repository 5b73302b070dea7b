import { type Accessor, createSignal, onCleanup } from 'solid-js';

/** One shared clock per pace: a page with a hundred relative times runs one timer, and none once they are gone. */
interface Ticking {
  now: Accessor<number>;
  users: number;
  timer: ReturnType<typeof setInterval> | undefined;
  tick: () => void;
}

const clocks = new Map<number, Ticking>();

/** The time now as a signal that moves every `everyMs` while someone watches. */
export function createClock(everyMs = 1_000): Accessor<number> {
  const ticking = clocks.get(everyMs) ?? newClock(everyMs);
  if (ticking.users++ === 0) {
    ticking.tick();
    ticking.timer = setInterval(ticking.tick, everyMs);
  }
  onCleanup(() => {
    if (--ticking.users === 0) clearInterval(ticking.timer);
  });
  return ticking.now;
}

function newClock(everyMs: number): Ticking {
  const [now, setNow] = createSignal(Date.now());
  const ticking: Ticking = { now, users: 0, timer: undefined, tick: () => setNow(Date.now()) };
  clocks.set(everyMs, ticking);
  return ticking;
}
