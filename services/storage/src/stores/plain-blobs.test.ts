import type { GitOid, ObjectId } from '@hearth/ids'
import { expect, test } from 'vitest'
import { createPlainBlobs } from './plain-blobs.ts'

const repo = (at: number): ObjectId => String(at).padStart(24, '0') as ObjectId
const oid = (at: number): GitOid => String(at).padStart(40, '0') as GitOid

test('tells a repo of its own blobs only', () => {
  const blobs = createPlainBlobs(10)
  blobs.remember(repo(1), oid(1), 5)
  expect([blobs.sizeOf(repo(1), oid(1)), blobs.sizeOf(repo(2), oid(1)), blobs.sizeOf(repo(1), oid(2))]).toEqual([5, undefined, undefined])
})

test('what was used longest ago goes first, also a repo that is larger than all', () => {
  const blobs = createPlainBlobs(4)
  for (const at of [1, 2]) for (const blob of [1, 2]) blobs.remember(repo(at), oid(blob), blob)
  expect(blobs.sizeOf(repo(1), oid(1))).toBe(1)
  blobs.remember(repo(3), oid(1), 1)
  expect([1, 2, 3].map((at) => blobs.sizeOf(repo(at), oid(1)))).toEqual([1, undefined, 1])
  for (let at = 0; at < 100; at += 1) blobs.remember(repo(9), oid(at), at)
  const kept = Array.from({ length: 100 }, (_, at) => blobs.sizeOf(repo(9), oid(at))).filter((size) => size !== undefined)
  expect(kept.length).toBeGreaterThan(0)
  expect(kept.length).toBeLessThanOrEqual(4)
})
