import { isJsonObject, type JsonValue } from './json-value.ts'

/** The reference loader's own bound. */
export const MAX_SAFETENSORS_HEADER_BYTES = 100_000_000
export const SAFETENSORS_PREFIX_BYTES = 8

export type SafetensorsVerdict =
  | { readonly kind: 'counted'; readonly parameters: Readonly<Record<string, number>>; readonly total: number }
  | { readonly kind: 'invalid'; readonly reason: string }

const DTYPE_BITS: Readonly<Record<string, number>> = {
  BOOL: 8, U8: 8, I8: 8, F8_E5M2: 8, F8_E4M3: 8, F8_E8M0: 8, F8_E4M3FNUZ: 8, F8_E5M2FNUZ: 8, I16: 16, U16: 16, F16: 16, BF16: 16, I32: 32, U32: 32, F32: 32,
  F64: 64, I64: 64, U64: 64, C64: 64, F4: 4, F6_E2M3: 6, F6_E3M2: 6,
}
const MAX_ENTRY_BYTES = 64 * 1024
/** Names are remembered to find doubles, up to here. */
const MAX_NAMES = 200_000

/**
 * The length of the header, from the first eight bytes of a file; or why the file is not one. Says so before anything is
 * allocated for the header.
 */
export function readHeaderLength(prefix: Uint8Array, fileBytes: number): { readonly bytes: number } | { readonly reason: string } {
  if (prefix.length < SAFETENSORS_PREFIX_BYTES || fileBytes < SAFETENSORS_PREFIX_BYTES) return { reason: 'the file is too short for a header' }
  const length = new DataView(prefix.buffer, prefix.byteOffset, SAFETENSORS_PREFIX_BYTES).getBigUint64(0, true)
  if (length > BigInt(MAX_SAFETENSORS_HEADER_BYTES)) return { reason: `the header says it has ${length} bytes; at most ${MAX_SAFETENSORS_HEADER_BYTES} are read` }
  const bytes = Number(length)
  if (SAFETENSORS_PREFIX_BYTES + bytes > fileBytes) return { reason: `the header says it has ${bytes} bytes, the file has ${fileBytes}` }
  return { bytes }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN = 0x7b
const CLOSE = 0x7d
const BRACKET = 0x5b
const UNBRACKET = 0x5d
const WHITE: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d])

class Malformed extends Error {}

/**
 * Reads a header chunk by chunk in memory that does not grow with it: only the entry at hand is held, and 16 bytes for
 * each tensor (their places must fill the data exactly, as the reference loader demands).
 */
export class SafetensorsHeaderReader {
  readonly #dataBytes: number
  readonly #parameters = new Map<string, number>()
  readonly #places: number[] = []
  #names: Set<string> | undefined = new Set()
  #entry: Uint8Array = new Uint8Array(4096)
  #entryBytes = 0
  #depth = 0
  #isInString = false
  #isEscaped = false
  /** Inside `__metadata__`, which may be long and is not kept. */
  #isSkipping = false
  #key: string | undefined
  #state: 'start' | 'entries' | 'padding' = 'start'

  /** `dataBytes`: what follows the header in the file. */
  constructor(dataBytes: number) {
    this.#dataBytes = dataBytes
  }

  /** Throws nothing; a header that is not one shows in `finish`. */
  push(chunk: Uint8Array): { readonly reason: string } | undefined {
    try {
      for (const byte of chunk) this.#take(byte)
      return undefined
    } catch (error) {
      return { reason: error instanceof Malformed ? error.message : 'the header is not valid JSON' }
    }
  }

  finish(): SafetensorsVerdict {
    if (this.#state !== 'padding') return { kind: 'invalid', reason: 'the header is not a complete JSON object' }
    const gap = this.#findGap()
    if (gap !== undefined) return { kind: 'invalid', reason: gap }
    let total = 0
    for (const count of this.#parameters.values()) total += count
    if (!Number.isSafeInteger(total)) return { kind: 'invalid', reason: 'the header counts more parameters than a file can hold' }
    return { kind: 'counted', parameters: Object.fromEntries(this.#parameters), total }
  }

  #take(byte: number): void {
    if (this.#state === 'entries') this.#takeInside(byte)
    else if (this.#state === 'start') {
      if (byte !== OPEN) throw new Malformed('the header does not begin with {')
      this.#state = 'entries'
      this.#depth = 1
    } else if (!WHITE.has(byte)) throw new Malformed('the header is padded with something else than blanks')
  }

  #takeInside(byte: number): void {
    if (this.#isInString) {
      this.#keep(byte)
      if (this.#isEscaped) this.#isEscaped = false
      else if (byte === BACKSLASH) this.#isEscaped = true
      else if (byte === QUOTE) this.#isInString = false
      return
    }
    switch (byte) {
      case QUOTE: this.#isInString = true; break
      case OPEN: case BRACKET: this.#depth += 1; break
      case CLOSE: case UNBRACKET: this.#depth -= 1; break
      case 0x3a: if (this.#depth === 1) return this.#endKey(); break
      case 0x2c: if (this.#depth === 1) return this.#endEntry(); break
      default:
    }
    if (this.#depth === 0) this.#endObject(byte)
    else this.#keep(byte)
  }

  #endObject(byte: number): void {
    if (byte !== CLOSE) throw new Malformed('the header is not valid JSON')
    const isEmpty = this.#key === undefined && this.#text().trim() === '' && this.#places.length === 0 && !this.#isSkipping
    if (!isEmpty) this.#endEntry()
    this.#state = 'padding'
  }

  #endKey(): void {
    if (this.#key !== undefined) throw new Malformed('the header is not valid JSON')
    const key: unknown = JSON.parse(this.#text())
    if (typeof key !== 'string') throw new Malformed('a tensor has no name')
    this.#key = key
    this.#isSkipping = key === '__metadata__'
    this.#entryBytes = 0
  }

  #endEntry(): void {
    const key = this.#key
    if (key === undefined) throw new Malformed('the header is not valid JSON')
    if (!this.#isSkipping) this.#addTensor(key, JSON.parse(this.#text()) as JsonValue)
    this.#key = undefined
    this.#isSkipping = false
    this.#entryBytes = 0
  }

  #addTensor(name: string, value: JsonValue): void {
    const { dtype, begin, end, count } = readTensor(name, value)
    this.#parameters.set(dtype, (this.#parameters.get(dtype) ?? 0) + count)
    if (end > this.#dataBytes) throw new Malformed(`the tensor ${shorten(name)} ends at byte ${end} of ${this.#dataBytes}: the file is cut off`)
    this.#places.push(begin, end)
    if (this.#names === undefined) return
    if (this.#names.has(name)) throw new Malformed(`the tensor ${shorten(name)} stands in the header twice`)
    this.#names.add(name)
    if (this.#names.size > MAX_NAMES) this.#names = undefined
  }

  /** Tensors fill the data from its first byte to its last, without holes or overlaps. */
  #findGap(): string | undefined {
    const places = Float64Array.from(this.#places)
    const order = Array.from({ length: places.length / 2 }, (_, index) => index)
      .toSorted((a, b) => (places[a * 2] ?? 0) - (places[b * 2] ?? 0) || (places[a * 2 + 1] ?? 0) - (places[b * 2 + 1] ?? 0))
    let at = 0
    for (const index of order) {
      if (places[index * 2] !== at) return `the tensors leave a hole or overlap at byte ${at} of the data`
      at = places[index * 2 + 1] ?? at
    }
    return at === this.#dataBytes ? undefined : `the tensors end at byte ${at} of ${this.#dataBytes} bytes of data`
  }

  #keep(byte: number): void {
    if (this.#isSkipping) return
    if (this.#entryBytes === this.#entry.length) this.#grow()
    this.#entry[this.#entryBytes] = byte
    this.#entryBytes += 1
  }

  #grow(): void {
    if (this.#entry.length >= MAX_ENTRY_BYTES) throw new Malformed(`an entry of the header is longer than ${MAX_ENTRY_BYTES} bytes`)
    const wider = new Uint8Array(this.#entry.length * 2)
    wider.set(this.#entry)
    this.#entry = wider
  }

  #text(): string {
    return UTF8.decode(this.#entry.subarray(0, this.#entryBytes))
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })

interface TensorPlace {
  readonly dtype: string
  readonly begin: number
  readonly end: number
  readonly count: number
}

function readTensor(name: string, value: JsonValue): TensorPlace {
  const fail = (what: string): Malformed => new Malformed(`the tensor ${shorten(name)} ${what}`)
  if (!isJsonObject(value)) throw fail('is not described by an object')
  const { dtype, shape, data_offsets: offsets } = value
  const bits = typeof dtype === 'string' ? DTYPE_BITS[dtype] : undefined
  if (typeof dtype !== 'string' || bits === undefined) throw fail('has an unknown dtype')
  if (!isWholeNumbers(shape)) throw fail('has no valid shape')
  if (!isWholeNumbers(offsets) || offsets.length !== 2) throw fail('has no valid data_offsets')
  const [begin = 0, end = 0] = offsets
  const count = shape.reduce((product, size) => product * size, 1)
  if (!Number.isSafeInteger(count * bits) || end - begin !== (count * bits) / 8) throw fail('does not have the bytes that its shape asks for')
  return { dtype, begin, end, count }
}

function isWholeNumbers(value: JsonValue | undefined): value is readonly number[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'number' && Number.isSafeInteger(one) && one >= 0)
}

function shorten(name: string): string {
  return JSON.stringify(name.slice(0, 100))
}
