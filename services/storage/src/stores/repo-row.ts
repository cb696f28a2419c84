import type { GitOid, ObjectId } from '@hearth/ids'
import type { Repo, RepoType, SpaceSdk } from '../domain/repo.ts'

export interface RepoRow {
  readonly id: ObjectId
  readonly type: RepoType
  readonly namespace: string
  readonly name: string
  readonly namespace_id: string
  readonly creator_id: string
  readonly visibility: Repo['visibility']
  readonly gated: Repo['gated']
  readonly disabled: boolean
  readonly head_oid: GitOid
  readonly space_sdk: SpaceSdk | null
  readonly epoch: number
  readonly downloads: number
  readonly downloads_all_time: number
  readonly likes: number
  readonly trending_score: number
  readonly used_storage_bytes: number
  readonly created_at: Date
  readonly last_modified_at: Date
}

/** For a `repos` that goes by the name `r`. */
export const REPO_COLUMNS = `r.id, r.type, r.namespace, r.name, r.namespace_id, r.creator_id, r.visibility, r.gated, r.disabled,
  encode(r.head_oid, 'hex') as head_oid, r.space_sdk, r.epoch, r.downloads, r.downloads_all_time, r.likes, r.trending_score, r.used_storage_bytes,
  r.created_at, r.last_modified_at`

export function repoOf(row: RepoRow): Repo {
  return {
    id: row.id, type: row.type, namespace: row.namespace, name: row.name, namespaceId: row.namespace_id, creatorId: row.creator_id,
    visibility: row.visibility, gated: row.gated, isDisabled: row.disabled, headOid: row.head_oid, spaceSdk: row.space_sdk ?? undefined, epoch: row.epoch,
    downloads: row.downloads, downloadsAllTime: row.downloads_all_time, likes: row.likes, trendingScore: row.trending_score,
    usedStorageBytes: row.used_storage_bytes, createdAt: row.created_at, lastModifiedAt: row.last_modified_at,
  }
}
