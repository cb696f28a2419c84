import type { ObjectId } from '@hearth/ids'
import type { Repo } from '../repo.ts'
import type { VisibilityFilter } from '../repo-store-port.ts'

/** The last row of a page: its time and, of equal times, its id. */
export interface LikeCursor {
  readonly time: Date
  readonly id: string
}

export interface LikePage {
  readonly after: LikeCursor | undefined
  readonly limit: number
}

export interface Liker {
  readonly userId: string
  readonly time: Date
}

export interface Like {
  readonly repo: Repo
  readonly time: Date
}

export interface LikeStore {
  /** Answers how many like the repo now; undefined when it is gone. Idempotent. */
  setLike(repoId: ObjectId, userId: string, isLiked: boolean): Promise<number | undefined>
  /** Newest first. */
  listLikers(repoId: ObjectId, page: LikePage): Promise<readonly Liker[]>
  listLikes(userId: string, visible: VisibilityFilter, page: LikePage): Promise<readonly Like[]>
  countLikes(userId: string, visible: VisibilityFilter): Promise<number>
}
