/** A table of results, with what must be known to read it. */
export interface Section {
  title: string;
  columns: readonly string[];
  rows: readonly (readonly string[])[];
  notes?: readonly string[];
}

/** As Markdown, with columns lined up: the first to the left, figures to the right. */
export function sectionText({ title, columns, rows, notes = [] }: Section): string {
  const widths = columns.map((name, i) => Math.max(3, name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, i) => (i === 0 ? (cells[i] ?? '').padEnd(width) : (cells[i] ?? '').padStart(width))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  const paragraphs = [`### ${title}`, [line(columns), rule, ...rows.map(line)].join('\n'), ...notes];
  return `${paragraphs.join('\n\n')}\n`;
}
