import { randomBytes } from 'node:crypto'
import { newObjectId, type ObjectId } from '@hearth/ids'
import { expect, test } from 'vitest'
import type { LfsStore, LfsUpload } from '../../src/domain/lfs-store-port.ts'
import { sha256Of } from './blob-store.suite.ts'

export interface LfsStoreUnderTest extends AsyncDisposable {
  readonly store: LfsStore
  addRepo(): Promise<ObjectId>
  deleteRepo(id: ObjectId): Promise<void>
}

const [ANA, BO] = ['a'.repeat(24), 'b'.repeat(24)]
const newId = (): ObjectId => newObjectId(Date.now(), randomBytes)
const inMinutes = (count: number): Date => new Date(Date.now() + count * 60_000)

function anUpload(repoId: ObjectId, seed = randomBytes(8)): LfsUpload {
  return { id: newId(), repoId, senderId: ANA, sha256: sha256Of(seed), sizeBytes: 300, partBytes: 100 }
}

/** What every record of large objects must do. */
export function describeLfsStore(make: () => Promise<LfsStoreUnderTest>): void {
  test('who sent an object may use it in that repo; others may not, and nowhere else', async () => {
    await using under = await make()
    const [mine, other] = [await under.addRepo(), await under.addRepo()]
    const object = { sha256: sha256Of(randomBytes(8)), sizeBytes: 5_000_000_000, senderId: ANA }
    await under.store.recordObject(mine, object)
    await under.store.recordObject(mine, object)
    const asked = [object.sha256, sha256Of(randomBytes(8))]
    expect([...(await under.store.findInRepo(mine, asked, ANA))]).toEqual([[object.sha256, object.sizeBytes]])
    expect((await under.store.findInRepo(other, asked, ANA)).size).toBe(0)
    for (const sender of [BO, '']) expect((await under.store.findInRepo(mine, asked, sender)).size).toBe(0)
    await under.store.recordObject(mine, { ...object, senderId: BO })
    expect((await under.store.findInRepo(mine, asked, BO)).size).toBe(1)
  })

  test('asking for an unfinished upload again gives the same one, with its parts', async () => {
    await using under = await make()
    const [mine, other] = [await under.addRepo(), await under.addRepo()]
    const first = anUpload(mine)
    expect(await under.store.openUpload(first)).toEqual(first)
    await under.store.recordPart(first.id, 2)
    await under.store.recordPart(first.id, 2)
    expect(await under.store.openUpload({ ...first, id: newId(), partBytes: 150 })).toEqual(first)
    expect((await under.store.openUpload({ ...first, id: newId(), repoId: other })).id).not.toBe(first.id)
    expect((await under.store.openUpload({ ...first, id: newId(), senderId: BO, sizeBytes: 299 })).sizeBytes).toBe(299)
    expect([...(await under.store.listParts(first.id))]).toEqual([2])
    expect(await under.store.findUpload(first.id)).toEqual({ ...first, isVerified: false })
    await under.store.markVerified(first.id)
    expect(await under.store.findUpload(first.id)).toEqual({ ...first, isVerified: true })
  })

  test('an upload that is dropped is gone, with its parts; parts of unknown uploads are no matter', async () => {
    await using under = await make()
    const upload = anUpload(await under.addRepo())
    await under.store.openUpload(upload)
    await under.store.recordPart(upload.id, 1)
    expect([await under.store.dropUpload(upload.id), await under.store.dropUpload(upload.id)]).toEqual([true, false])
    await under.store.recordPart(upload.id, 1)
    expect(await under.store.findUpload(upload.id)).toBeUndefined()
    expect((await under.store.listParts(upload.id)).size).toBe(0)
  })

  test('old uploads are listed; one that was asked for since is not dropped', async () => {
    await using under = await make()
    const upload = await under.store.openUpload(anUpload(await under.addRepo()))
    expect(await under.store.listUploadsBefore(inMinutes(-1), 10)).toEqual([])
    expect(await under.store.listUploadsBefore(inMinutes(1), 10)).toEqual([upload])
    expect(await under.store.dropUpload(upload.id, inMinutes(-1))).toBe(false)
    expect(await under.store.dropUpload(upload.id, inMinutes(1))).toBe(true)
  })

  test('a repo that was deleted meanwhile takes nothing', async () => {
    await using under = await make()
    const repoId = await under.addRepo()
    await under.deleteRepo(repoId)
    await expect(under.store.recordObject(repoId, { sha256: sha256Of(randomBytes(8)), sizeBytes: 1, senderId: ANA })).rejects.toMatchObject({ reason: 'REPO_NOT_FOUND' })
    await expect(under.store.openUpload(anUpload(repoId))).rejects.toMatchObject({ reason: 'REPO_NOT_FOUND' })
  })
}
