/*
 * W3C Trace Context, `traceparent`: https://www.w3.org/TR/trace-context/#traceparent-header
 */

const FORMAT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * A traceparent as it may be handed on; undefined for what is none, which is to be ignored. One of a version later than
 * ours is read as far as ours goes, and becomes one of ours: of its flags only "sampled" is known.
 */
export function parseTraceparent(header: string | undefined): string | undefined {
  const [, version, traceId, parentId, flags, more] = FORMAT.exec(header ?? '') ?? [];
  if (version === undefined || version === 'ff' || /^0+$/.test(traceId ?? '') || /^0+$/.test(parentId ?? ''))
    return undefined;
  if (version === '00') return more === undefined ? header : undefined;
  return `00-${traceId}-${parentId}-0${Number.parseInt(flags ?? '0', 16) & 1}`;
}
