import type { Db } from '@hearth/db'
import type { DownloadStore } from '../domain/catalogue/download-counter.ts'

/** Rows are locked in one order whatever the process, so that two writers never wait for each other. */
const ADD_SQL = `
with counted as materialized (
  select r.id, d.count from unnest($1::text[], $2::bigint[]) as d (id, count) join repos r on r.id = d.id order by r.id for no key update of r
), hourly as (
  insert into repo_downloads (repo_id, hour, count) select id, date_trunc('hour', $3::timestamptz), count from counted
  on conflict (repo_id, hour) do update set count = repo_downloads.count + excluded.count
)
update repos r set downloads = r.downloads + c.count, downloads_all_time = r.downloads_all_time + c.count,
  trending_score = trending_after(r.trending_score, c.count, $4)
from counted c where r.id = c.id`

/** What goes out of the hours goes out of the sum, or neither does. */
const EXPIRE_SQL = `
with old as (
  select repo_id, hour from repo_downloads where hour < $1 order by hour limit $2
), gone as (
  delete from repo_downloads d using old where d.repo_id = old.repo_id and d.hour = old.hour returning d.repo_id, d.count
), summed as (
  select repo_id, sum(count)::bigint as count, count(*) as rows from gone group by repo_id
), lowered as (
  update repos r set downloads = greatest(0, r.downloads - s.count) from summed s where r.id = s.repo_id
)
select coalesce(sum(rows), 0)::bigint as rows from summed`

const EXPIRE_BATCH = 2000

export function createDownloadStore(db: Pick<Db, 'query' | 'run'>): DownloadStore {
  return {
    async addDownloads(counts, time) {
      if (counts.size === 0) return
      await db.run({ name: 'add-downloads', text: ADD_SQL, values: [[...counts.keys()], [...counts.values()], time, time.getTime() / 1000] })
    },
    async expireDownloads(time) {
      let total = 0
      for (let rows = EXPIRE_BATCH; rows === EXPIRE_BATCH;) {
        const [row] = await db.query<{ rows: number }>({ name: 'expire-downloads', text: EXPIRE_SQL, values: [time, EXPIRE_BATCH] })
        rows = row?.rows ?? 0
        total += rows
      }
      return total
    },
  }
}
