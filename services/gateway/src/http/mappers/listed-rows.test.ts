import { RepoRow, type ListReposResponse } from '@hearth/proto/storage/v1/repos'
import { expect, test } from 'vitest'
import { createRowRenderer } from './listed-rows.ts'

function answer(rows: readonly { readonly version: string; readonly tags: readonly string[]; readonly trending: number }[]): ListReposResponse {
  const encoded = rows.map(({ tags }) => Buffer.from(RepoRow.encode(RepoRow.fromPartial({ repo: { id: 'a'.repeat(24), namespace: 'ana', name: 'm' }, facts: { tags: [...tags] } })).finish()))
  return { repos: [], facts: [], page: undefined, packed: { versions: rows.map(({ version }) => version).join(), rows: encoded, trendingScores: rows.map(({ trending }) => trending) } }
}

const PROPERTIES = ['tags', 'trendingScore', 'likes'] as const
const row = (tags: readonly string[], trendingScore: number) => ({ _id: 'a'.repeat(24), id: 'ana/m', tags, likes: 0, trendingScore })

test('a row is rendered once for each version and set of properties; its score is always the present one', () => {
  const renderer = createRowRenderer(undefined)
  const render = (version: string, tags: readonly string[], trending: number, properties: readonly string[] = PROPERTIES): unknown => JSON.parse(renderer.render(answer([{ version, tags, trending }]), properties).toString())
  expect(render('v1', ['one'], 5)).toEqual([row(['one'], 5)])
  expect(render('v1', ['never looked at'], 3)).toEqual([row(['one'], 3)])
  expect(render('v2', ['two'], 0)).toEqual([row(['two'], 0)])
  expect(render('v1', ['other properties'], 5, ['tags'])).toEqual([{ _id: 'a'.repeat(24), id: 'ana/m', tags: ['other properties'] }])
  expect(render('v3', [], 5, [])).toEqual([{ _id: 'a'.repeat(24), id: 'ana/m' }])
})

test('is strict JSON whatever the tags are', () => {
  const tags = ['日本語', 'é', '\u{1f917}', '"\\', '\u2028']
  const bytes = createRowRenderer(undefined).render(answer([{ version: 'v', tags, trending: 1 }, { version: 'w', tags: [], trending: 2 }]), PROPERTIES)
  expect(JSON.parse(bytes.toString())).toEqual([row(tags, 1), row([], 2)])
})

test('the highest score has room', () => {
  const rows = Array.from({ length: 50 }, (_, at) => ({ version: `v${at}`, tags: [], trending: 0xffff_ffff }))
  expect(JSON.parse(createRowRenderer(undefined).render(answer(rows), PROPERTIES).toString())).toEqual(rows.map(() => row([], 0xffff_ffff)))
})

test('no rows are an empty list', () => {
  expect(createRowRenderer(undefined).render(answer([]), PROPERTIES).toString()).toBe('[]')
})
