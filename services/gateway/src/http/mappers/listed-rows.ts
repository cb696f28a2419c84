import { RepoRow, type ListReposResponse, type PackedRows } from '@hearth/proto/storage/v1/repos'
import { LRUCache } from 'lru-cache'
import { toRepoInfo } from './repo-info.ts'
import { required, requireRepo } from './required.ts'

const MAX_BYTES = 16_000_000
/** What a kept row costs beyond its text. */
const ROW_OVERHEAD_BYTES = 200
const TRENDING = 'trendingScore'

/** Renders lists. A row in the same version and with the same properties is the same text, made once. */
export interface RowRenderer {
  /** A JSON array. */
  render(answer: ListReposResponse, properties: readonly string[]): Buffer
}

export function createRowRenderer(contentOrigin: string | undefined): RowRenderer {
  const known = new LRUCache<string, Buffer>({ maxSize: MAX_BYTES, sizeCalculation: (row, key) => row.length + key.length + ROW_OVERHEAD_BYTES })
  return {
    render(answer, properties) {
      const { packed } = answer
      if (packed === undefined) return Buffer.from(JSON.stringify(toRows(answer, properties, contentOrigin)))
      const lasting = properties.filter((name) => name !== TRENDING)
      const suffix = ` ${lasting.join()}`
      const rows = (packed.versions === '' ? [] : packed.versions.split(',')).map((version, at) => {
        const key = version + suffix
        const kept = known.get(key)
        if (kept !== undefined) return kept
        const row = renderRow(packed, at, { properties: lasting, contentOrigin })
        known.set(key, row)
        return row
      })
      return joinRows(rows, lasting.length < properties.length ? packed.trendingScores : undefined)
    },
  }
}

const MAX_TRENDING_BYTES = TRENDING.length + 16

/** One allocation for the whole answer: a thousand rows are about a megabyte. */
function joinRows(rows: readonly Buffer[], trendingScores: readonly number[] | undefined): Buffer {
  const whole = Buffer.allocUnsafe(rows.reduce((sum, row) => sum + row.length + 2 + (trendingScores === undefined ? 0 : MAX_TRENDING_BYTES), 2))
  let at = whole.write('[', 'latin1')
  rows.forEach((row, index) => {
    if (index > 0) at += whole.write(',', at, 'latin1')
    at += row.copy(whole, at)
    at += whole.write(trendingScores === undefined ? '}' : `,"${TRENDING}":${trendingScores[index] ?? 0}}`, at, 'latin1')
  })
  at += whole.write(']', at, 'latin1')
  return whole.subarray(0, at)
}

interface Wanted {
  readonly properties: readonly string[]
  readonly contentOrigin: string | undefined
}

/** Without its closing brace: the one property that changes by itself comes last. */
function renderRow(packed: PackedRows, at: number, { properties, contentOrigin }: Wanted): Buffer {
  const { repo, facts } = RepoRow.decode(required(packed.rows[at], 'a row'))
  const known = requireRepo(repo)
  const info = toRepoInfo({ repo: known, facts: required(facts, 'facts'), sha: known.headSha, siblings: undefined, isList: true, contentOrigin }, properties)
  return Buffer.from(JSON.stringify(info).slice(0, -1))
}

function toRows({ repos, facts }: ListReposResponse, properties: readonly string[], contentOrigin: string | undefined): unknown[] {
  return repos.map((repo, at) => {
    const row = required(facts[at], 'facts')
    return toRepoInfo({ repo, facts: row, sha: repo.headSha, siblings: row.siblingsTruncated ? undefined : row.siblings, isList: true, contentOrigin }, properties)
  })
}
