import Monitor from 'lucide-solid/icons/monitor';
import Moon from 'lucide-solid/icons/moon';
import Sun from 'lucide-solid/icons/sun';
import { Dynamic } from 'solid-js/web';
import { nextTheme, themeChoice } from './theme';

const looks = {
  system: { icon: Monitor, label: 'Theme: as the system. Switch to light.' },
  light: { icon: Sun, label: 'Theme: light. Switch to dark.' },
  dark: { icon: Moon, label: 'Theme: dark. Switch to the system’s.' },
};

export function ThemeButton() {
  const look = () => looks[themeChoice()];
  return (
    <button
      type="button"
      class="btn btn-quiet btn-sm btn-icon"
      aria-label={look().label}
      title={look().label}
      onClick={nextTheme}
    >
      <Dynamic component={look().icon} class="size-4.5" aria-hidden="true" />
    </button>
  );
}
