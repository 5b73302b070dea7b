import { describe, expect, it } from 'vitest';
import { type FrameClock, frameBuffer } from './frame-buffer';

function manualFrames(): FrameClock & { tick: () => void } {
  let waiting: (() => void) | undefined;
  return {
    next: (run) => {
      waiting = run;
      return () => {
        waiting = undefined;
      };
    },
    tick: () => {
      const run = waiting;
      waiting = undefined;
      run?.();
    },
  };
}

describe('the frame buffer', () => {
  it('hands over the newest value per key, once per frame', () => {
    const frames = manualFrames();
    const flushed: number[][] = [];
    const buffer = frameBuffer<number>((values) => flushed.push(values), frames);
    buffer.push('a', 1);
    buffer.push('b', 2);
    buffer.push('a', 3);
    expect(flushed).toEqual([]);
    frames.tick();
    expect(flushed).toEqual([[3, 2]]);
    frames.tick();
    expect(flushed).toHaveLength(1);
  });

  it('starts a new frame for what comes after a flush', () => {
    const frames = manualFrames();
    const flushed: string[][] = [];
    const buffer = frameBuffer<string>((values) => flushed.push(values), frames);
    buffer.push('a', 'first');
    frames.tick();
    buffer.push('a', 'second');
    frames.tick();
    expect(flushed).toEqual([['first'], ['second']]);
  });

  it('says nothing more once disposed', () => {
    const frames = manualFrames();
    const flushed: string[][] = [];
    const buffer = frameBuffer<string>((values) => flushed.push(values), frames);
    buffer.push('a', 'never');
    buffer.dispose();
    frames.tick();
    expect(flushed).toEqual([]);
  });
});
