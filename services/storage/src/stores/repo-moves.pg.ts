import { isUniqueViolation, type TxRunner } from '@hearth/db'
import { HearthError } from '@hearth/errors'
import type { ObjectId } from '@hearth/ids'
import { foldRepoPath, repoPath, type Repo, type RepoType } from '../domain/repo.ts'
import type { RepoPlace } from '../domain/repo-store-port.ts'
import { lockRepo } from './git-store.pg.ts'
import { REPO_COLUMNS, repoOf, type RepoRow } from './repo-row.ts'
import type { StoreOptions } from './store-options.ts'

const MOVE_SQL = `
update repos r set namespace = $2, name = $3, namespace_key = $4, path_key = $5, namespace_id = $6, epoch = epoch + 1
where id = $1 returning ${REPO_COLUMNS}`

/** The row keeps its id, so content, likes and grants stay with it; aliases are turned round in the same transaction. */
export async function moveRepo(options: StoreOptions, id: ObjectId, to: RepoPlace): Promise<Repo | undefined> {
  const target = repoPath(to)
  let type: RepoType | undefined
  try {
    return await options.db.transaction(async (tx) => {
      await lockRepo(tx, id)
      const [before] = await tx.query<RepoRow>({ name: 'find-repo-by-id', text: `select ${REPO_COLUMNS} from repos r where r.id = $1`, values: [id] })
      type = before?.type
      const [row] = await tx.query<RepoRow>({
        name: 'move-repo', text: MOVE_SQL, values: [id, to.namespace, to.name, foldRepoPath(to.namespace), foldRepoPath(target), to.namespaceId],
      })
      if (before === undefined || row === undefined) return undefined
      await redirect(tx, before.type, { from: foldRepoPath(repoPath(before)), to: foldRepoPath(target) })
      const repo = repoOf(row)
      const payload = { repoId: id, repoType: repo.type, namespace: repo.namespace, name: repo.name, fromNamespace: before.namespace, fromName: before.name, epoch: repo.epoch }
      await options.addEvent(tx, { type: 'hearth.storage.v1.repo.moved', payload })
      return repo
    })
  } catch (error) {
    if (!isUniqueViolation(error, 'repos_name_key')) throw error
    throw new HearthError('REPO_EXISTS', `A ${type ?? 'model'} repository called ${target} already exists`, { cause: error, metadata: { repo: target } })
  }
}

const COLLAPSE_SQL = 'update aliases set to_key = $3 where type = $1 and to_key = $2'
const REDIRECT_SQL = `
insert into aliases (type, from_key, to_key, kind) values ($1, $2, $3, 'redirect')
on conflict (type, from_key) do update set to_key = excluded.to_key, kind = 'redirect', created_at = now()`

/** Every alias leads to a present name in one step: chains are collapsed as they arise, so that none can close to a loop. */
async function redirect(tx: TxRunner, type: RepoType, { from, to }: { readonly from: string; readonly to: string }): Promise<void> {
  if (from === to) return
  await endRedirect(tx, type, to)
  await tx.run({ name: 'collapse-aliases', text: COLLAPSE_SQL, values: [type, from, to] })
  await tx.run({ name: 'add-redirect', text: REDIRECT_SQL, values: [type, from, to] })
}

/** A repo takes this name now: whatever was reached by it before has to be named as it is. */
export async function endRedirect(tx: TxRunner, type: RepoType, key: string): Promise<void> {
  await tx.run({ name: 'end-redirect', text: `delete from aliases where type = $1 and from_key = $2 and kind = 'redirect'`, values: [type, key] })
}
