import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where a Chromium is; undefined on a machine without one. */
export function chromiumPath(): string | undefined {
  return places.find((path) => existsSync(path));
}

export async function launchBrowser(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (!executablePath) throw new Error(`No Chromium found; looked at ${places.join(', ')}.`);
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export interface Trouble {
  /** Errors in the console, uncaught exceptions and violations of the content security policy. */
  problems: string[];
}

/** Listens for everything a healthy page never says. */
export function watchForTrouble(page: Page, expected: RegExp = /^$/): Trouble {
  const trouble: Trouble = { problems: [] };
  const note = (text: string) => {
    if (!expected.test(text)) trouble.problems.push(text);
  };
  page.on('console', (message) => {
    if (message.type() === 'error') note(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => note(`uncaught: ${error.message}`));
  return trouble;
}

export async function signIn(page: Page, url: string, email: string, password: string): Promise<void> {
  await page.goto(`${url}/login`);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Jobs', level: 1 }).waitFor();
}

/**
 * Elements that stick out of the window, or out of a box that cuts them off, where nobody can scroll to them. Text that
 * ends in an ellipsis is meant to be cut. Empty when all is well.
 */
export function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const found: string[] = [];
    if (document.documentElement.scrollWidth > width) {
      found.push(`the page is ${document.documentElement.scrollWidth} px wide in a window of ${width}`);
    }
    const name = (element: Element) =>
      `${element.tagName.toLowerCase()}.${(element.getAttribute('class') ?? '').slice(0, 70)}`;
    for (const element of document.querySelectorAll('main *, header *, nav *, [role="dialog"] *')) {
      const box = element.getBoundingClientRect();
      if (box.width <= 1 || box.height <= 1 || element.closest('svg')) continue;
      let parent = element.parentElement;
      while (parent && getComputedStyle(parent).overflowX === 'visible') parent = parent.parentElement;
      const style = parent && getComputedStyle(parent);
      if (parent && (style?.overflowX === 'auto' || style?.overflowX === 'scroll')) continue;
      if (
        parent &&
        (style?.textOverflow === 'ellipsis' || style?.webkitLineClamp !== 'none' || parent.closest('[aria-hidden]'))
      )
        continue;
      const right = parent ? Math.min(width, parent.getBoundingClientRect().right) : width;
      if (box.right > right + 1)
        found.push(`${name(element)} ends at ${Math.round(box.right)}, its room at ${Math.round(right)}`);
    }
    return found.slice(0, 5);
  });
}
