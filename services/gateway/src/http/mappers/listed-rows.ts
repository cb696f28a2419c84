import { RepoRow, type ListReposResponse, type PackedRows } from '@hearth/proto/storage/v1/repos'
import { LRUCache } from 'lru-cache'
import { toRepoInfo } from './repo-info.ts'
import { required, requireRepo } from './required.ts'

const MAX_CHARS = 16_000_000
const TRENDING = 'trendingScore'

/** Renders lists. A row in the same version and with the same properties is the same text, made once. */
export interface RowRenderer {
  /** A JSON array, in ASCII. */
  render(answer: ListReposResponse, properties: readonly string[]): Buffer
}

export function createRowRenderer(contentOrigin: string | undefined): RowRenderer {
  const known = new LRUCache<string, string>({ maxSize: MAX_CHARS, sizeCalculation: (text, key) => text.length + key.length })
  return {
    render(answer, properties) {
      if (answer.packed === undefined) return toBytes(toAscii(JSON.stringify(toRows(answer, properties, contentOrigin))))
      const { versions, trendingScores } = answer.packed
      const lasting = properties.filter((name) => name !== TRENDING)
      const hasTrending = lasting.length < properties.length
      const suffix = ` ${lasting.join()}`
      const rows = (versions === '' ? [] : versions.split(',')).map((version, at) => {
        const key = version + suffix
        let text = known.get(key)
        if (text === undefined) {
          text = renderRow(answer.packed, at, { properties: lasting, contentOrigin })
          known.set(key, text)
        }
        return hasTrending ? `${text},"${TRENDING}":${trendingScores[at] ?? 0}}` : `${text}}`
      })
      return toBytes(`[${rows.join()}]`)
    },
  }
}

interface Wanted {
  readonly properties: readonly string[]
  readonly contentOrigin: string | undefined
}

/** Without its closing brace: the one property that changes by itself comes last. */
function renderRow(packed: PackedRows | undefined, at: number, { properties, contentOrigin }: Wanted): string {
  const { repo, facts } = RepoRow.decode(required(packed?.rows[at], 'a row'))
  const known = requireRepo(repo)
  const info = toRepoInfo({ repo: known, facts: required(facts, 'facts'), sha: known.headSha, siblings: undefined, isList: true, contentOrigin }, properties)
  return toAscii(JSON.stringify(info)).slice(0, -1)
}

/** Text of one byte a character is copied to a socket as it is; anything else is looked at character by character, every time. */
function toAscii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function toBytes(ascii: string): Buffer {
  return Buffer.from(ascii, 'latin1')
}

function toRows({ repos, facts }: ListReposResponse, properties: readonly string[], contentOrigin: string | undefined): unknown[] {
  return repos.map((repo, at) => {
    const row = required(facts[at], 'facts')
    return toRepoInfo({ repo, facts: row, sha: repo.headSha, siblings: row.siblingsTruncated ? undefined : row.siblings, isList: true, contentOrigin }, properties)
  })
}
