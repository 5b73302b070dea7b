/**
 * Cuts a stream of text into lines. A line longer than `maxLength` is handed on in part and the rest of it dropped, so
 * that a program that never ends its line fills no memory.
 */
export function lineSplitter(onLine: (line: string) => void, maxLength = 64 * 1024): (text: string) => void {
  let rest = '';
  let dropping = false;
  return (text) => {
    const lines = text.split('\n');
    const last = lines.pop() ?? '';
    for (const line of lines) {
      if (!dropping) onLine((rest + line).slice(0, maxLength).replace(/\r$/, ''));
      rest = '';
      dropping = false;
    }
    if (dropping) return;
    rest += last;
    if (rest.length > maxLength) {
      onLine(rest.slice(0, maxLength));
      rest = '';
      dropping = true;
    }
  };
}
