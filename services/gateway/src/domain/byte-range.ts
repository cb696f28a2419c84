/** How many bytes an answer to this Range header holds; the whole size when the header is absent or not understood. */
export function countRangeBytes(header: string | undefined, sizeBytes: number): number {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '')
  if (match === null) return sizeBytes
  const [, first = '', last = ''] = match
  if (first === '') return last === '' ? sizeBytes : Math.min(Number(last), sizeBytes)
  const end = last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes)
  return Math.max(0, end - Number(first))
}
