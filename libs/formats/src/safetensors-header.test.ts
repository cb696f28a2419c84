import { describe, expect, test } from 'vitest'
import { MAX_SAFETENSORS_HEADER_BYTES, readHeaderLength, SafetensorsHeaderReader, type SafetensorsVerdict } from './safetensors-header.ts'

const TENSOR = '{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'

function judge(header: string | Buffer, dataBytes = 8, chunkBytes = 7): SafetensorsVerdict {
  const bytes = Buffer.from(header)
  const reader = new SafetensorsHeaderReader(dataBytes)
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const problem = reader.push(bytes.subarray(at, at + chunkBytes))
    if (problem !== undefined) return { kind: 'invalid', ...problem }
  }
  return reader.finish()
}

function prefix(length: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(length)
  return bytes
}

describe('readHeaderLength', () => {
  test.each([[99_993n, 100_009], [BigInt(MAX_SAFETENSORS_HEADER_BYTES), 200_000_000]])('takes %d', (length, fileBytes) => {
    expect(readHeaderLength(prefix(length), fileBytes)).toEqual({ bytes: Number(length) })
  })
  test.each([[120_000_000n, 120_000_016], [2n ** 63n, 100], [2n ** 64n - 1n, 100], [100n, 99]])('refuses %d in a file of %d', (length, fileBytes) => {
    expect(readHeaderLength(prefix(length), fileBytes)).toEqual({ reason: expect.stringContaining(String(length)) })
  })
  test('refuses a file of seven bytes', () => {
    expect(readHeaderLength(Buffer.alloc(7), 7)).toHaveProperty('reason')
  })
})

describe('SafetensorsHeaderReader', () => {
  test.each([54, 99_993, 99_994, 100_000, 100_001])('counts a header padded with blanks to %d bytes', (bytes) => {
    expect(judge(TENSOR.padEnd(bytes, ' '), 8, 4096)).toEqual({ kind: 'counted', parameters: { F32: 2 }, total: 2 })
  })

  test('adds up dtypes, whatever the order, shapes and metadata', () => {
    const header = { __metadata__: { format: 'pt', odd: '{"]:,\\' }, b: { dtype: 'F32', shape: [], data_offsets: [8, 12] }, 'a"\\': { data_offsets: [0, 8], shape: [2, 2], dtype: 'BF16' }, e: { dtype: 'I64', shape: [0, 5], data_offsets: [12, 12] } }
    for (const chunk of [1, 3, 1000]) expect(judge(JSON.stringify(header, undefined, chunk === 3 ? 2 : 0), 12, chunk)).toEqual({ kind: 'counted', parameters: { BF16: 4, F32: 1, I64: 0 }, total: 5 })
  })

  test.each([['only metadata', '{"__metadata__":{"a":"b"}}'], ['nothing', '{}'], ['a long metadata', JSON.stringify({ __metadata__: { a: 'x'.repeat(300_000) } })]])('counts none with %s', (_name, header) => {
    expect(judge(header, 0, 5000)).toEqual({ kind: 'counted', parameters: {}, total: 0 })
  })

  test.each([
    ['padding of NUL', TENSOR.padEnd(128, '\0'), 8, /blanks/], ['a file cut by three bytes', TENSOR, 5, /cut off/], ['blanks only', ' '.repeat(100), 8, /begin with/],
    ['a hole', '{"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}', 12, /hole/], ['bytes left over', TENSOR, 9, /end at byte 8 of 9/],
    ['another size than the shape', '{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}', 8, /shape asks for/], ['a huge shape', '{"w":{"dtype":"F32","shape":[9007199254740991,4096],"data_offsets":[0,8]}}', 8, /shape asks for/],
    ['a negative size', '{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}', 8, /shape/], ['a fraction', '{"w":{"dtype":"F32","shape":[2.5],"data_offsets":[0,10]}}', 10, /shape/],
    ['an unknown dtype', '{"w":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}}', 8, /dtype/], ['a cut header', TENSOR.slice(0, -1), 8, /complete/], ['a list', '[1]', 8, /begin with/],
    ['a number for a tensor', '{"w":1}', 0, /object/], ['a tensor twice', '{"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}', 0, /twice/],
    ['a trailing comma', TENSOR.replace('}}', '},}'), 8, /JSON/], ['no name', '{w:1}', 0, /JSON/], ['an endless entry', `{"w":{"dtype":"${'x'.repeat(100_000)}"}}`, 0, /longer than/], ['broken UTF-8', Buffer.concat([Buffer.from('{"'), Buffer.from([0xff]), Buffer.from('":1}')]), 0, /JSON/],
  ] as const)('refuses %s', (_name, header, dataBytes, reason) => {
    expect(judge(header, dataBytes)).toEqual({ kind: 'invalid', reason: expect.stringMatching(reason) })
  })
})
