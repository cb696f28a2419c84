import type { Actor } from '@hearth/authz'
import { expect, test } from 'vitest'
import { trendingScoreAt } from '../src/domain/catalogue/trending.ts'
import { moveRepo } from '../src/domain/move-repo.ts'
import { updateRepoSettings } from '../src/domain/repo-settings.ts'
import type { Repo } from '../src/domain/repo.ts'
import { listLikers, listLikes, setLike } from '../src/domain/social/likes.ts'
import { createDownloadStore } from '../src/stores/download-store.pg.ts'
import { createLikeStore } from '../src/stores/like-store.pg.ts'
import { ANA, BO, BO_READS, nameOf, newRepo, NO_SIGNAL, openTestStorage, type TestStorage } from './harness/open-storage.ts'

const socialOf = (storage: TestStorage) => ({ repos: storage.ctx.repos, likes: createLikeStore(storage.db) })
const like = (storage: TestStorage, actor: Actor, repo: Repo, isLiked = true): Promise<number> => setLike(socialOf(storage), actor, { repo: nameOf(repo), isLiked })
const NO_PAGE = { pageSize: undefined, pageToken: undefined }

test('likes are counted once for each user, and stay with a repo that moves', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  expect([await like(storage, ANA, repo), await like(storage, ANA, repo), await like(storage, BO, repo)]).toEqual([1, 1, 2])
  expect(await Promise.all(Array.from({ length: 10 }, () => like(storage, BO, repo, false)))).toContain(1)
  const moved = await moveRepo(storage.ctx, ANA, { from: nameOf(repo), to: 'Ana/n' }, { actorToken: undefined, requestId: 't', signal: NO_SIGNAL })
  expect(moved.likes).toBe(1)
  expect((await listLikers(socialOf(storage), BO, { repo: nameOf(moved), ...NO_PAGE })).userIds).toEqual([ANA.id])
})

test('a like is worth ten downloads of today; taken back and given again it is worth no more', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  const score = async () => trendingScoreAt((await storage.ctx.repos.findRepoById(repo.id))?.trendingScore ?? 0, new Date())
  for (let round = 0; round < 5; round += 1) {
    await like(storage, ANA, repo)
    await like(storage, ANA, repo)
    expect(await score()).toBe(10)
    await like(storage, ANA, repo, false)
    await like(storage, ANA, repo, false)
    expect(await score()).toBe(0)
  }
  await like(storage, ANA, repo)
  await like(storage, BO, repo)
  await createDownloadStore(storage.db).addDownloads(new Map([[repo.id, 7]]), new Date())
  expect(await score()).toBe(27)
  await like(storage, ANA, repo, false)
  expect(await score()).toBe(17)
})

test('who may like, and who learns of it', async () => {
  await using storage = await openTestStorage()
  const [open, secret] = [await newRepo(storage, 'open'), await newRepo(storage, 'secret', 'dataset', ANA, 'private')]
  await expect(like(storage, BO, secret)).rejects.toMatchObject({ reason: 'REPO_NOT_FOUND' })
  await expect(like(storage, BO_READS, open)).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  await expect(like(storage, { kind: 'anonymous' }, open)).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' })
  await like(storage, ANA, open)
  await like(storage, ANA, secret)
  const seenBy = async (actor: Actor) => {
    const page = await listLikes(socialOf(storage), actor, { userId: ANA.id, ...NO_PAGE })
    return [page.totalCount, ...page.likes.map((one) => one.repo.name)]
  }
  expect([await seenBy(ANA), await seenBy(BO), await seenBy({ kind: 'anonymous' })]).toEqual([[2, 'secret', 'open'], [1, 'open'], [1, 'open']])
  await expect(listLikers(socialOf(storage), BO, { repo: nameOf(secret), ...NO_PAGE })).rejects.toMatchObject({ reason: 'REPO_NOT_FOUND' })
  await updateRepoSettings(storage.ctx, ANA, { repo: nameOf(open), visibility: undefined, gated: 'manual' })
  expect(await like(storage, BO, open)).toBe(2)
})

test('every page size lists the same', async () => {
  await using storage = await openTestStorage()
  for (const name of ['a', 'b', 'c', 'd']) await like(storage, BO, await newRepo(storage, name))
  const all = (await listLikes(socialOf(storage), ANA, { userId: BO.id, ...NO_PAGE })).likes.map((one) => one.repo.name)
  const paged: string[] = []
  for (let pageToken: string | undefined, first = true; first || pageToken !== undefined; first = false) {
    const page = await listLikes(socialOf(storage), ANA, { userId: BO.id, pageSize: 1, pageToken })
    paged.push(...page.likes.map((one) => one.repo.name))
    pageToken = page.nextPageToken
  }
  expect([paged, paged.length]).toEqual([all, 4])
})
