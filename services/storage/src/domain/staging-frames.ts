import { HearthError } from '@hearth/errors'
import type { StagedFile } from './stage-files.ts'

const HEAD_BYTES = 8

/**
 * Parses the body of a staging request: frames of 8 bytes of big-endian length and that many bytes; the end of the body ends
 * the list. Each file must be read whole before the next one is asked for.
 */
export async function* readFrames(body: AsyncIterable<Uint8Array>): AsyncGenerator<StagedFile> {
  const source = createByteSource(body)
  for (;;) {
    const head = await source.take(HEAD_BYTES)
    if (head.length === 0) return
    if (head.length < HEAD_BYTES) throw cutOff()
    const size = head.readBigUInt64BE()
    if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw new HearthError('TOO_LARGE', 'a frame is longer than any file may be')
    yield { sizeBytes: Number(size), bytes: source.stream(Number(size)) }
  }
}

interface ByteSource {
  /** Fewer bytes than asked for only at the end. */
  take(count: number): Promise<Buffer>
  stream(count: number): AsyncGenerator<Uint8Array>
}

function createByteSource(body: AsyncIterable<Uint8Array>): ByteSource {
  const iterator = body[Symbol.asyncIterator]()
  let rest: Uint8Array = new Uint8Array(0)
  const fill = async (): Promise<boolean> => {
    while (rest.length === 0) {
      const next = await iterator.next()
      if (next.done === true) return false
      rest = next.value
    }
    return true
  }
  const cut = (count: number): Uint8Array => {
    const piece = rest.subarray(0, count)
    rest = rest.subarray(piece.length)
    return piece
  }
  return {
    async take(count) {
      const pieces: Uint8Array[] = []
      let have = 0
      while (have < count && (await fill())) {
        const piece = cut(count - have)
        pieces.push(piece)
        have += piece.length
      }
      return Buffer.concat(pieces)
    },
    async *stream(count) {
      for (let left = count; left > 0;) {
        if (!(await fill())) throw cutOff()
        const piece = cut(left)
        left -= piece.length
        yield piece
      }
    },
  }
}

function cutOff(): HearthError {
  return new HearthError('DIGEST_MISMATCH', 'the staged files end in the middle of one')
}
