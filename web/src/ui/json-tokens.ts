export interface JsonToken {
  kind: 'key' | 'string' | 'number' | 'word' | 'plain';
  text: string;
}

const pattern = /("(?:\\.|[^"\\])*"?)(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;

/** Splits indented JSON into coloured pieces; joined again they give the same text. */
export function jsonTokens(json: string): JsonToken[] {
  const tokens: JsonToken[] = [];
  let end = 0;
  const plain = (text: string) => text !== '' && tokens.push({ kind: 'plain', text });
  for (const match of json.matchAll(pattern)) {
    plain(json.slice(end, match.index));
    end = match.index + match[0].length;
    const [, quoted, colon, number, word] = match;
    if (quoted !== undefined) {
      tokens.push({ kind: colon === undefined ? 'string' : 'key', text: quoted });
      plain(colon ?? '');
    } else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
  }
  plain(json.slice(end));
  return tokens;
}
