import { describe, expect, test } from 'vitest'
import { COMMIT_LIMITS, openCommitBody, type CommitLimits, type CommitLine } from './commit-lines.ts'

const HEADER = '{"key":"header","value":{"summary":"s"}}'

async function read(text: string, { limits = COMMIT_LIMITS, step = 7 }: { limits?: CommitLimits; step?: number } = {}): Promise<CommitLine[]> {
  const bytes = Buffer.from(text)
  const body = (async function* () { for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step) })()
  return Array.fromAsync((await openCommitBody(body, limits)).lines)
}

describe('openCommitBody', () => {
  test.each([1, 2, 7, 1000])('reads lines that arrive in pieces of %i bytes', async (step) => {
    const lines = await read(`${HEADER}\r\n\n{"key":"deletedFile","value":{"path":"\u00e9\ud83d\udc1f"}}\n\n{"key":"deletedFolder","value":{"path":"b/"}}`, { step })
    expect(lines).toEqual([{ kind: 'deletedFile', path: '\u00e9\ud83d\udc1f' }, { kind: 'deletedFolder', path: 'b/' }])
  })

  test('reads renames, copies without a size, and null for absent', async () => {
    const oid = 'ab'.repeat(32)
    expect(await read(`${HEADER}\n{"key":"lfsFile","value":{"path":"n","oldPath":"o","oid":"${oid}","size":null}}\n`)).toEqual([{ kind: 'lfsFile', path: 'n', oldPath: 'o', sha256: oid, sizeBytes: undefined }])
  })

  test('counts lines, blank ones too, in what it complains about', async () => {
    await expect(read(`${HEADER}\n\n\n{"key":"nope","value":{}}`)).rejects.toThrow('line 4: unknown key "nope"')
  })

  test.each([
    [{ ...COMMIT_LIMITS, maxLineBytes: 60 }, 'line 2: longer than 60 bytes'],
    [{ ...COMMIT_LIMITS, maxBodyBytes: 100 }, 'larger than 100 bytes'],
    [{ ...COMMIT_LIMITS, maxLines: 2 }, '2 lines at most'],
    [{ ...COMMIT_LIMITS, maxOperations: 2 }, 'at most 2 operations'],
    [{ ...COMMIT_LIMITS, maxPathBytes: 80 }, 'at most 80 bytes in all'],
  ])('holds its bounds: %j', async (limits, message) => {
    const line = `{"key":"deletedFile","value":{"path":"${'x'.repeat(30)}"}}`
    for (const step of [3, 5000]) await expect(read([HEADER, line, line, line, ''].join('\n'), { limits, step })).rejects.toThrow(message)
  })
})
