export interface AnsiSegment {
  text: string;
  /** 0–15 as in a terminal. */
  color: number | undefined;
  bold: boolean;
}

// Built from its code point: a control character in a pattern is easily lost.
const esc = String.fromCharCode(27);
const sequence = new RegExp(
  `${esc}(?:\\[([0-9;:?]*)([A-Za-z])|\\][^${esc}\\u0007]*(?:\\u0007|${esc}\\\\)|[@-Z\\\\-_])`,
  'g',
);

/** Reads the colours of a terminal's output; every other control sequence is dropped, so that none reaches the page. */
export function ansiSegments(text: string): AnsiSegment[] {
  if (!text.includes(esc)) return [{ text, color: undefined, bold: false }];
  const segments: AnsiSegment[] = [];
  let style: Pick<AnsiSegment, 'color' | 'bold'> = { color: undefined, bold: false };
  let end = 0;
  const add = (piece: string) => {
    const clean = piece.replaceAll(esc, '');
    if (clean !== '') segments.push({ text: clean, ...style });
  };
  for (const match of text.matchAll(sequence)) {
    add(text.slice(end, match.index));
    end = match.index + match[0].length;
    if (match[2] === 'm') style = nextStyle(style, match[1] ?? '');
  }
  add(text.slice(end));
  return segments;
}

type Style = Pick<AnsiSegment, 'color' | 'bold'>;

function nextStyle(style: Style, codes: string): Style {
  const numbers = codes.split(/[;:]/).map(Number);
  let next = style;
  for (let index = 0; index < numbers.length; index += 1) {
    const code = numbers[index] ?? 0;
    if (code === 38 || code === 48) {
      // 256 and true colours: only the sixteen named ones are kept.
      const named = numbers[index + 1] === 5 ? numbers[index + 2] : undefined;
      if (code === 38) next = { ...next, color: named !== undefined && named < 16 ? named : undefined };
      index += numbers[index + 1] === 5 ? 2 : 4;
    } else next = applyCode(next, code);
  }
  return next;
}

function applyCode(style: Style, code: number): Style {
  if (code === 0) return { color: undefined, bold: false };
  if (code === 1) return { ...style, bold: true };
  if (code === 22) return { ...style, bold: false };
  if (code === 39) return { ...style, color: undefined };
  if (code >= 30 && code <= 37) return { ...style, color: code - 30 };
  if (code >= 90 && code <= 97) return { ...style, color: code - 90 + 8 };
  return style;
}
