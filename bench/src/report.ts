export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

export function printTable(title: string, rows: string[][]): void {
  const width = Math.max(...rows.map((row) => row[0]?.length ?? 0));
  process.stdout.write(
    `\n${title}\n${rows.map(([name = '', value = '']) => `  ${name.padEnd(width)}  ${value.padStart(10)}`).join('\n')}\n`,
  );
}
