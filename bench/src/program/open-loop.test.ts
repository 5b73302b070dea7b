import { expect, it } from 'vitest';
import { openLoop } from './open-loop.js';

it('sends at its own rate, without waiting for answers, and ends when all are there', async () => {
  let open = 0;
  let most = 0;
  const answers: (() => void)[] = [];
  const load = openLoop({ perSecond: 2_000, seconds: 0.2 }, () => {
    most = Math.max(most, ++open);
    return new Promise<void>((resolve) => answers.push(resolve));
  });
  let ended = false;
  void load.then(() => {
    ended = true;
  });
  while (answers.length < 350) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(most).toBe(answers.length);
  expect(ended).toBe(false);
  const answering = setInterval(() => answers.splice(0).forEach((answer) => void answer()), 5);
  const { sent } = await load;
  clearInterval(answering);
  // 400 on average; the moments are the same at every call.
  expect(sent).toBeGreaterThan(350);
  expect(sent).toBeLessThan(450);
  expect(await openLoop({ perSecond: 2_000, seconds: 0.2 }, async () => undefined)).toMatchObject({ sent });
});

it('a run that was not taken makes the measurement fail', async () => {
  const refused = openLoop({ perSecond: 1_000, seconds: 0.05 }, () => Promise.reject(new Error('full')));
  await expect(refused).rejects.toThrow('were not taken');
});
