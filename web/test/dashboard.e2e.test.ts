/**
 * The dashboard in a real browser. Against the mock gateway by itself; against a real one with JOBFLOW_E2E_URL,
 * JOBFLOW_E2E_EMAIL and JOBFLOW_E2E_PASSWORD.
 */
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, launchBrowser, overflowing, signIn, watchForTrouble } from './browser';
import { type MockGateway, startMockGateway } from './mock-gateway';

const given = process.env.JOBFLOW_E2E_URL;
const email = process.env.JOBFLOW_E2E_EMAIL ?? 'admin@jobflow.local';
const password = process.env.JOBFLOW_E2E_PASSWORD ?? 'jobflow';

const widths = [360, 768, 1440];
const themes = ['light', 'dark'] as const;
const unknownRun = '/runs/00000000-0000-7000-8000-000000000000';
const jobName = `e2e.sum-${Date.now().toString(36)}`;

let gateway: MockGateway | undefined;
let url: string;
let browser: Browser;

beforeAll(async () => {
  gateway = given ? undefined : await startMockGateway();
  url = given ?? (gateway as MockGateway).url;
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await gateway?.stop();
});

async function newPage(width = 1440, colorScheme: 'light' | 'dark' = 'light'): Promise<[Page, BrowserContext]> {
  const context = await browser.newContext({ viewport: { width, height: width < 500 ? 780 : 900 }, colorScheme });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  return [page, context];
}

async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { run } = (globalThis as unknown as { axe: typeof import('axe-core') }).axe;
    const result = await run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      resultTypes: ['violations'],
    });
    return result.violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
  });
}

/** Waits until the page has drawn its data. */
async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForFunction(() => document.querySelector('.skeleton') === null);
  await page.waitForTimeout(150);
}

describe.skipIf(!chromiumPath())('signing in', () => {
  it('a wrong password and an unknown address get the same answer, the right ones the page that was asked for', async () => {
    const [page, context] = await newPage();
    await page.goto(`${url}/schedules?q=x`);
    await page.waitForURL(/\/login\?to=/);
    const attempt = async (address: string, secret: string) => {
      await page.getByLabel('Email').fill(address);
      await page.getByLabel('Password', { exact: true }).fill(secret);
      await page.getByRole('button', { name: 'Sign in' }).click();
    };
    const answers: (string | null)[] = [];
    for (const address of [email, 'nobody@example.com']) {
      await attempt(address, 'certainly wrong');
      answers.push(await page.getByRole('alert').textContent());
    }
    expect(answers[0]).toContain('do not match');
    expect(answers[1]).toContain('do not match');
    await attempt(email, password);
    await page.waitForURL(`${url}/schedules?q=x`);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Schedules');
    await context.close();
  });

  it('a reload keeps the session, signing out ends it', async () => {
    const [page, context] = await newPage();
    await signIn(page, url, email, password);
    await page.reload();
    await page.getByRole('heading', { name: 'Jobs', level: 1 }).waitFor();
    const stored = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
    expect(stored).not.toMatch(/token|bearer|eyJ/i);
    await page.getByRole('button', { name: /Account of/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL(/\/login/);
    await page.goto(`${url}/runs`);
    await page.waitForURL(/\/login\?to=%2Fruns/);
    await context.close();
  });
});

describe.skipIf(!chromiumPath())('a job', () => {
  it('is made, told of its mistakes, run, and its page follows to the end without a reload', async () => {
    const [page, context] = await newPage();
    await signIn(page, url, email, password);
    await page.getByRole('link', { name: 'New job' }).first().click();
    await page.getByText('JavaScript', { exact: true }).click();
    await page.getByRole('button', { name: 'Create job' }).click();
    await page.getByText('A job needs a name.').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('not a name!');
    await page.getByRole('textbox', { name: 'Code' }).fill('return { sum: 1 + 1 };');
    await page.getByRole('button', { name: 'Create job' }).click();
    await page.locator('input[aria-invalid="true"]').waitFor();
    await page.getByLabel('Name', { exact: true }).fill(jobName);
    await page.getByRole('button', { name: 'Create job' }).click();
    await page.waitForURL(`${url}/jobs/${jobName}`);
    await page.getByRole('button', { name: 'Run now' }).click();
    await page.getByRole('link', { name: 'Open the run' }).click();
    await page.waitForURL(/\/runs\/[^/]+$/);
    await page.locator('main header').getByText('Succeeded').waitFor();
    for (const tab of ['Attempts', 'Timeline', 'Deliveries', 'Input', 'Result']) {
      await page.getByRole('tab', { name: tab }).click();
      await page.waitForURL(new RegExp(`tab=${tab.toLowerCase()}`));
      await page.getByRole('tab', { name: tab, selected: true }).waitFor();
      await page.getByRole('tabpanel').getByRole('heading', { name: tab, level: 2 }).waitFor();
    }
    await context.close();
  });
});

describe.skipIf(!chromiumPath())('the list of runs', () => {
  it('never moves a row by itself: new runs wait behind a button, then change in place', async () => {
    const [page, context] = await newPage();
    await signIn(page, url, email, password);
    await page.goto(`${url}/runs`);
    const rows = page.locator('[role="table"] [role="row"] a');
    await rows.first().waitFor();
    const hrefs = () => rows.evaluateAll((links) => links.map((link) => link.getAttribute('href')));
    const before = await hrefs();

    const other = await context.newPage();
    await other.goto(`${url}/jobs/${jobName}`);
    await other.getByRole('button', { name: 'Run now' }).click();
    await other.getByRole('link', { name: 'Open the run' }).waitFor();
    await other.close();

    const pill = page.getByRole('button', { name: /^\d+ new$/ });
    await pill.waitFor();
    expect(await hrefs()).toEqual(before);
    await pill.click();
    await expect.poll(async () => (await hrefs())[0]).not.toBe(before[0]);
    await page.locator('[role="row"]', { hasText: jobName }).first().getByText('Succeeded').waitFor();
    await context.close();
  });

  it('keeps its filter in the address, and tells an empty filter from an empty list', async () => {
    const [page, context] = await newPage(360);
    await signIn(page, url, email, password);
    await page.goto(`${url}/runs?job=${jobName}`);
    await page.getByRole('button', { name: 'Expired' }).click();
    await page.waitForURL(/status=EXPIRED/);
    await page.getByText('No run matches').waitFor();
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await page.locator('[role="row"] a').first().waitFor();
    expect(new URL(page.url()).search).toBe('');
    await page.goBack();
    await page.getByText('No run matches').waitFor();
    await context.close();
  });
});

describe.skipIf(!chromiumPath())('a log', () => {
  it.skipIf(given)('follows its end until the reader scrolls up, and again when asked', async () => {
    const [page, context] = await newPage();
    await signIn(page, url, email, password);
    await page.goto(`${url}/runs?status=RUNNING&job=report.generate`);
    await page.locator('[role="row"] a').first().click();
    const log = page.getByRole('region', { name: 'Log lines' });
    const fromEnd = () => log.evaluate((it) => it.scrollHeight - it.scrollTop - it.clientHeight);
    await log.getByText('step 5002').waitFor();
    expect(await fromEnd()).toBeLessThan(5);

    await log.hover();
    await page.mouse.wheel(0, -600);
    await page.getByRole('button', { name: 'Jump to end' }).waitFor();
    const place = await log.evaluate((it) => it.scrollTop);
    await page.waitForTimeout(1_600);
    expect(await log.evaluate((it) => it.scrollTop)).toBe(place);
    expect(await log.locator('.h-5').count()).toBeLessThan(150);

    await page.getByRole('button', { name: 'Jump to end' }).click();
    await expect.poll(fromEnd).toBeLessThan(5);
    await log.evaluate((it) => it.scrollTo({ top: 0 }));
    await page.getByText(/^2,5\d\d lines/).waitFor();
    await context.close();
  });
});

describe.skipIf(!chromiumPath() || given)('dead letters', () => {
  it('of a group are redriven with their number in the button, followed to the end, and gone then', async () => {
    const [page, context] = await newPage();
    await signIn(page, url, email, password);
    await page.keyboard.press('g');
    await page.keyboard.press('d');
    await page.waitForURL(`${url}/dlq`);
    const groups = page.getByRole('list', { name: 'Groups of dead letters' }).getByRole('listitem');
    await groups.first().waitFor();
    const count = await groups.count();
    const first = groups.first();
    const size = Number((await first.locator('.num .block').first().textContent())?.replace(/\D/g, ''));
    await first.getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Redrive 1 group' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: /Change the input/ }).fill('{ not json');
    await dialog.getByRole('button', { name: `Redrive ${size}` }).click();
    await dialog.getByText(/not valid JSON/).waitFor();
    await dialog.getByRole('textbox', { name: /Change the input/ }).fill('{ "region": "eu" }');
    await dialog.getByRole('button', { name: `Redrive ${size}` }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('progressbar').waitFor();
    await page.getByText(`Redriven ${size}`, { exact: true }).waitFor();
    await expect.poll(() => groups.count()).toBe(count - 1);
    await context.close();
  });

  it('are discarded only with a reason, and that can be stopped and is told', async () => {
    const [page, context] = await newPage();
    await signIn(page, url, email, password);
    await page.goto(`${url}/dlq`);
    const groups = page.getByRole('list', { name: 'Groups of dead letters' }).getByRole('listitem');
    await groups.first().getByRole('link').first().click();
    await page.waitForURL(/\/dlq\?group=/);
    await page.getByRole('table', { name: 'Dead letters' }).waitFor();
    await page.getByRole('button', { name: 'Discard this group' }).waitFor();
    await page.getByRole('link', { name: 'All groups' }).click();
    await page.getByRole('button', { name: 'Discard all' }).click();
    const dialog = page.getByRole('dialog');
    const discard = dialog.getByRole('button', { name: /^Discard \d+/ });
    await discard.waitFor();
    await discard.click();
    await dialog.getByText(/Say why/).waitFor();
    await dialog.getByLabel('Reason').fill('Too old');
    await discard.click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped').waitFor();
    await page.getByText('“Too old”').waitFor();
    await context.close();
  });
});

describe.skipIf(!chromiumPath())('the shell', () => {
  it('obeys its keys, and not while someone types', async () => {
    const [page, context] = await newPage();
    await signIn(page, url, email, password);
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.waitForURL(`${url}/runs`);
    await page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('gmt');
    expect(await page.getByLabel('Show runs of one job').inputValue()).toBe('gmt');
    await page.waitForURL(/job=gmt/);
    await context.close();
  });

  it('follows the system’s theme live until one is chosen', async () => {
    const [page, context] = await newPage();
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
    await page.goto(`${url}/login`);
    expect(await theme()).toBe('light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(theme).toBe('dark');
    await page.getByRole('button', { name: /Theme: as the system/ }).click();
    expect(await theme()).toBe('light');
    await page.reload();
    expect(await theme()).toBe('light');
    await context.close();
  });

  it.skipIf(given)('says when it is not live, and comes back by itself', async () => {
    const [page, context] = await newPage();
    await signIn(page, url, email, password);
    const top = page.locator('header').first();
    await top.getByText('Live').waitFor();
    gateway?.dropSockets();
    await top.getByText('Reconnecting').waitFor();
    await top.getByText('Live').waitFor();
    await context.close();
  });
});

describe.skipIf(!chromiumPath())('every page', () => {
  const paths = [
    '/jobs',
    '/jobs?q=no-such-thing',
    '/jobs/new',
    '/runs',
    '/monitor',
    '/schedules',
    '/channels',
    '/dlq',
    '/dlq?job=no-such-job',
    unknownRun,
    '/nowhere',
  ];

  /** The newest run's pages, tab by tab, and its job's. */
  async function pathsOfARun(page: Page): Promise<string[]> {
    await page.goto(`${url}/runs`);
    const link = page.locator('[role="row"] a').first();
    await link.waitFor();
    const run = (await link.getAttribute('href')) as string;
    const tabs = ['logs', 'result', 'input', 'attempts', 'deliveries', 'timeline'];
    return [...tabs.map((tab) => `${run}?tab=${tab}`), ...(await pathOfADeadLetter(page)), await pathOfAJob(page)];
  }

  async function pathOfADeadLetter(page: Page): Promise<string[]> {
    if (given) return [];
    await page.goto(`${url}/runs?status=FAILED`);
    const link = page.locator('[role="row"] a').first();
    await link.waitFor();
    return [(await link.getAttribute('href')) as string];
  }

  async function pathOfAJob(page: Page): Promise<string> {
    await page.goto(`${url}/jobs`);
    const link = page.locator('article h2 a').first();
    await link.waitFor();
    return (await link.getAttribute('href')) as string;
  }

  for (const theme of themes) {
    for (const width of widths) {
      it(`fits ${width} px, is accessible, quiet and within the security policy (${theme})`, async () => {
        const [page, context] = await newPage(width, theme);
        // The browser itself reports the refused refresh of the very first visit.
        const trouble = watchForTrouble(page, /Failed to load resource/);
        const found: string[] = [];
        const look = async (path: string) => {
          await settled(page);
          expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
          const problems = [...(await overflowing(page)), ...(await axeFindings(page)), ...trouble.problems.splice(0)];
          found.push(...problems.map((problem) => `${path}: ${problem}`));
        };
        await page.goto(`${url}/login`);
        await look('/login');
        await signIn(page, url, email, password);
        for (const path of [...paths, ...(await pathsOfARun(page))]) {
          await page.goto(`${url}${path}`);
          await look(path);
        }
        expect(found).toEqual([]);
        await context.close();
      });
    }
  }

  it.skipIf(given)('the fires of a schedule fit, are accessible, and say why there was no run', async () => {
    const [page, context] = await newPage(360, 'dark');
    await signIn(page, url, email, password);
    await page.goto(`${url}/schedules`);
    await page.getByText('Recent fires').first().click();
    await page.getByText('The run before has not ended').waitFor();
    await page.getByText('Left out').waitFor();
    expect(await page.getByRole('link', { name: 'its run' }).count()).toBe(1);
    expect([...(await overflowing(page)), ...(await axeFindings(page))]).toEqual([]);
    await context.close();
  });

  it.each(widths)('dialogs fit %d px and are accessible', async (width) => {
    const [page, context] = await newPage(width, 'dark');
    await signIn(page, url, email, password);
    const found: string[] = [];
    const job = await pathOfAJob(page);
    for (const [path, button] of [
      ['/schedules', 'New schedule'],
      ['/channels', 'New webhook'],
      ...(given
        ? []
        : ([
            ['/dlq', 'Redrive all'],
            ['/dlq', 'Discard all'],
          ] as const)),
      [job, 'Add schedule'],
      [job, 'Delete this job'],
    ] as const) {
      await page.goto(`${url}${path}`);
      await settled(page);
      await page.getByRole('button', { name: button }).first().click();
      await page.getByRole('dialog').waitFor();
      await page.waitForTimeout(600);
      const problems = [...(await overflowing(page)), ...(await axeFindings(page))];
      found.push(...problems.map((problem) => `${button}: ${problem}`));
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    expect(found).toEqual([]);
    await context.close();
  });
});
