import { isForeignKeyViolation, toJsonb, type Db, type SqlRunner, type TxRunner } from '@hearth/db'
import type { ObjectId } from '@hearth/ids'
import { repoNotFound } from '../domain/access.ts'
import type { AccessChange, AccessKey, AccessListQuery, AccessRequest, AccessRequestStore } from '../domain/access-request-port.ts'
import type { AccessField } from '../domain/gating-fields.ts'
import { EVENT_OF, type AccessStatus } from '../domain/gating.ts'
import type { EventWriter } from './event-writer.ts'

export interface AccessRequestStoreOptions {
  readonly db: Pick<Db, 'query' | 'run' | 'transaction'>
  readonly addEvent: EventWriter
}

export function createAccessRequestStore(options: AccessRequestStoreOptions): AccessRequestStore {
  const { db } = options
  return {
    findRequest: (repoId, userId) => findRequest(db, repoId, { kind: 'user', userId }),
    listRequests: (query) => listRequests(db, query),
    changeRequest: (change) => changeRequest(options, change),
  }
}

const STATUS_SQL = 'select status from access_requests where repo_id = $1 and user_id = $2'

export async function findAccessStatus(sql: Pick<SqlRunner, 'query'>, repoId: ObjectId, userId: string): Promise<AccessStatus | undefined> {
  const [row] = await sql.query<{ status: AccessStatus }>({ name: 'find-access-status', text: STATUS_SQL, values: [repoId, userId] })
  return row?.status
}

interface RequestRow {
  readonly id: ObjectId
  readonly user_id: string
  readonly user_name: string
  readonly user_full_name: string
  readonly user_email: string | null
  readonly status: AccessStatus
  readonly fields: readonly AccessField[]
  readonly rejection_reason: string | null
  readonly requested_at: Date
  readonly decided_at: Date | null
  readonly decided_by_id: string | null
  readonly decided_by_name: string | null
}

const COLUMNS = 'id, user_id, user_name, user_full_name, user_email, status, fields, rejection_reason, requested_at, decided_at, decided_by_id, decided_by_name'

function requestOf(row: RequestRow): AccessRequest {
  const by = row.decided_by_id === null ? undefined : { id: row.decided_by_id, name: row.decided_by_name ?? '' }
  return {
    id: row.id, status: row.status, fields: row.fields, rejectionReason: row.rejection_reason ?? undefined, requestedAt: row.requested_at,
    user: { id: row.user_id, name: row.user_name, fullName: row.user_full_name, email: row.user_email ?? undefined },
    decision: row.decided_at === null ? undefined : { time: row.decided_at, by },
  }
}

const FIND_BY = {
  user: { name: 'find-access-by-user', text: `select ${COLUMNS} from access_requests where repo_id = $1 and user_id = $2` },
  request: { name: 'find-access-by-id', text: `select ${COLUMNS} from access_requests where repo_id = $1 and id = $2` },
} as const

async function findRequest(sql: Pick<SqlRunner, 'query'>, repoId: ObjectId, key: AccessKey): Promise<AccessRequest | undefined> {
  const [row] = await sql.query<RequestRow>({ ...FIND_BY[key.kind], values: [repoId, key.kind === 'user' ? key.userId : key.requestId.replaceAll('\0', '')] })
  return row === undefined ? undefined : requestOf(row)
}

const LIST_SQL = `
select ${COLUMNS} from access_requests where repo_id = $1 and status = $2 and ($3::timestamptz is null or (requested_at, id) < ($3, $4))
order by requested_at desc, id desc limit $5`

async function listRequests(sql: Pick<SqlRunner, 'query'>, { repoId, status, after, limit }: AccessListQuery): Promise<readonly AccessRequest[]> {
  const values = [repoId, status, after === undefined ? null : new Date(after.requestedAtMs), after?.id ?? null, limit]
  return (await sql.query<RequestRow>({ name: 'list-access', text: LIST_SQL, values })).map(requestOf)
}

/** Changes of one repo come one after the other; the lock is not the one of commits, which may take long. */
const LOCK_SQL = `select pg_advisory_xact_lock(hashtextextended('hearth.access:' || $1, 0))`

const SAVE_SQL = `
insert into access_requests (repo_id, ${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
on conflict (repo_id, user_id) do update set user_name = excluded.user_name, user_full_name = excluded.user_full_name, user_email = excluded.user_email,
  status = excluded.status, fields = excluded.fields, rejection_reason = excluded.rejection_reason, requested_at = excluded.requested_at,
  decided_at = excluded.decided_at, decided_by_id = excluded.decided_by_id, decided_by_name = excluded.decided_by_name`

async function changeRequest(options: AccessRequestStoreOptions, change: AccessChange): Promise<AccessRequest> {
  try {
    return await options.db.transaction(async (tx) => {
      await tx.run({ name: 'lock-access', text: LOCK_SQL, values: [change.repoId] })
      const current = await findRequest(tx, change.repoId, change.key)
      const next = change.decide(current)
      await saveRequest(tx, change.repoId, next)
      const repo = await touchEpoch(tx, change.repoId, current?.status === 'accepted' && next.status !== 'accepted')
      const { id, user, status } = next
      await options.addEvent(tx, {
        type: `hearth.storage.v1.access.${EVENT_OF[change.move]}`,
        payload: { repoId: change.repoId, ...repo, requestId: id, userId: user.id, userName: user.name, from: current?.status ?? null, status, decidedBy: next.decision?.by?.id ?? null },
      })
      return next
    })
  } catch (error) {
    if (isForeignKeyViolation(error)) throw repoNotFound()
    throw error
  }
}

async function saveRequest(tx: TxRunner, repoId: ObjectId, request: AccessRequest): Promise<void> {
  const { id, user, status, fields, rejectionReason, requestedAt, decision } = request
  const values = [
    repoId, id, user.id, user.name, user.fullName, user.email ?? null, status, toJsonb(fields), rejectionReason ?? null, requestedAt,
    decision?.time ?? null, decision?.by?.id ?? null, decision?.by?.name ?? null,
  ]
  await tx.run({ name: 'save-access', text: SAVE_SQL, values })
}

interface TouchedRepo {
  readonly repoType: string
  readonly namespace: string
  readonly name: string
  readonly epoch: number
}

const IDENTITY = 'type as "repoType", namespace, name, epoch'
const READ_EPOCH = { name: 'access-repo', text: `select ${IDENTITY} from repos where id = $1` } as const
const BUMP_EPOCH = { name: 'access-bump-epoch', text: `update repos set epoch = epoch + 1 where id = $1 returning ${IDENTITY}` } as const

async function touchEpoch(tx: TxRunner, repoId: ObjectId, isRevoked: boolean): Promise<TouchedRepo> {
  const [repo] = await tx.query<TouchedRepo>({ ...(isRevoked ? BUMP_EPOCH : READ_EPOCH), values: [repoId] })
  if (repo === undefined) throw repoNotFound()
  return repo
}
