export type RangeAnswer =
  | { readonly kind: 'whole' }
  /** `end` is exclusive. */
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' }

const ONE_RANGE = /^bytes=(\d{0,19})-(\d{0,19})$/

/** What a Range header asks of a body of `sizeBytes` (RFC 9110, 14.2). Several ranges and unknown forms get the whole body. */
export function answerRange(header: string | undefined, sizeBytes: number): RangeAnswer {
  const match = ONE_RANGE.exec(header?.replaceAll(' ', '') ?? '')
  if (match === null || match[0] === 'bytes=-') return { kind: 'whole' }
  const [, first = '', last = ''] = match
  return first === '' ? lastBytes(Number(last), sizeBytes) : between(first, last, sizeBytes)
}

function lastBytes(wanted: number, sizeBytes: number): RangeAnswer {
  const count = Math.min(wanted, sizeBytes)
  return count === 0 ? { kind: 'unsatisfiable' } : { kind: 'part', start: sizeBytes - count, end: sizeBytes }
}

function between(first: string, last: string, sizeBytes: number): RangeAnswer {
  const start = Number(first)
  const end = last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes)
  if (last !== '' && Number(last) < start) return { kind: 'whole' }
  return start >= sizeBytes ? { kind: 'unsatisfiable' } : { kind: 'part', start, end }
}
