import { createSignal } from 'solid-js';

export type ThemeChoice = 'system' | 'light' | 'dark';

const storageKey = 'jobflow.theme';
const order: ThemeChoice[] = ['system', 'light', 'dark'];

/** `public/theme.js` has set the theme before the first paint; this keeps it right from then on. */
const [themeChoice, setChoice] = createSignal<ThemeChoice>(stored());

export { themeChoice };

const systemDark = window.matchMedia('(prefers-color-scheme: dark)');
systemDark.addEventListener('change', apply);
// Another tab's choice holds here too.
window.addEventListener('storage', (event) => {
  if (event.key !== storageKey) return;
  setChoice(stored());
  apply();
});

export function chooseTheme(choice: ThemeChoice): void {
  setChoice(choice);
  try {
    localStorage.setItem(storageKey, choice);
  } catch {
    // Without storage the choice lasts as long as the tab.
  }
  apply();
}

export function nextTheme(): void {
  chooseTheme(order[(order.indexOf(themeChoice()) + 1) % order.length] ?? 'system');
}

function apply(): void {
  const choice = themeChoice();
  const dark = choice === 'dark' || (choice === 'system' && systemDark.matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}

function stored(): ThemeChoice {
  try {
    const value = localStorage.getItem(storageKey);
    return order.find((choice) => choice === value) ?? 'system';
  } catch {
    return 'system';
  }
}
