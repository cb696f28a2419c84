import type { Db } from '@hearth/db'
import type { ObjectId } from '@hearth/ids'
import type { VisibilityFilter } from '../domain/repo-store-port.ts'
import type { Like, LikePage, LikeStore } from '../domain/social/like-store-port.ts'
import { visibleSql } from './repo-list-sql.ts'
import { REPO_COLUMNS, repoOf, type RepoRow } from './repo-row.ts'

/** What a like is worth in the trending score, in downloads. */
const LIKE_WEIGHT = 10

const LIKE_SQL = `
with added as (
  insert into likes (repo_id, user_id) select id, $2 from repos where id = $1 on conflict (repo_id, user_id) do nothing returning extract(epoch from created_at)::float8 as at
)
update repos set likes = likes + (select count(*) from added),
  trending_score = coalesce((select trending_after(trending_score, ${LIKE_WEIGHT}, at) from added), trending_score) where id = $1 returning likes`
const UNLIKE_SQL = `
with removed as (delete from likes where repo_id = $1 and user_id = $2 returning extract(epoch from created_at)::float8 as at)
update repos set likes = likes - (select count(*) from removed),
  trending_score = coalesce((select trending_without(trending_score, ${LIKE_WEIGHT}, at) from removed), trending_score) where id = $1 returning likes`
const LIKERS_SQL = `
select user_id as "userId", created_at as time from likes
where repo_id = $1 and (created_at, user_id) < ($2, $3) order by created_at desc, user_id desc limit $4`

export function createLikeStore(db: Pick<Db, 'query'>): LikeStore {
  return {
    async setLike(repoId: ObjectId, userId: string, isLiked: boolean) {
      const [row] = await db.query<{ likes: number }>({ name: isLiked ? 'like' : 'unlike', text: isLiked ? LIKE_SQL : UNLIKE_SQL, values: [repoId, userId] })
      return row === undefined ? undefined : Number(row.likes)
    },
    listLikers: (repoId, page) => db.query<{ userId: string; time: Date }>({ name: 'list-likers', text: LIKERS_SQL, values: [repoId, ...afterOf(page)] }),
    listLikes: (userId, visible, page) => listLikes(db, { userId, visible }, page),
    async countLikes(userId, visible) {
      const { where, values } = seenBy({ userId, visible })
      const [row] = await db.query<{ total: number }>({ text: `select count(*) as total from likes l join repos r on r.id = l.repo_id where ${where}`, values })
      return Number(row?.total ?? 0)
    },
  }
}

interface LikesOf {
  readonly userId: string
  readonly visible: VisibilityFilter
}

async function listLikes(db: Pick<Db, 'query'>, of: LikesOf, page: LikePage): Promise<Like[]> {
  const { where, values } = seenBy(of)
  const [time, id, limit] = afterOf(page).map((value) => `$${values.push(value)}`)
  const text = `select ${REPO_COLUMNS}, l.created_at as liked_at from likes l join repos r on r.id = l.repo_id
where ${where} and (l.created_at, l.repo_id) < (${time}, ${id}) order by l.created_at desc, l.repo_id desc limit ${limit}`
  return (await db.query<RepoRow & { readonly liked_at: Date }>({ text, values })).map((row) => ({ repo: repoOf(row), time: row.liked_at }))
}

function seenBy({ userId, visible }: LikesOf): { readonly where: string; readonly values: unknown[] } {
  const values: unknown[] = [userId]
  const seen = visible.kind === 'all' ? 'true' : visibleSql(visible, (value) => `$${values.push(value)}`)
  return { where: `l.user_id = $1 and ${seen}`, values }
}

function afterOf({ after, limit }: LikePage): [unknown, string, number] {
  return [after?.time ?? 'infinity', after?.id ?? '', limit]
}
