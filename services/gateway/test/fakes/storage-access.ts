import { randomBytes } from 'node:crypto'
import { HearthError } from '@hearth/errors'
import { AccessStatus, type AccessRequest, type AccessServiceService } from '@hearth/proto/storage/v1/access'
import { GatedMode } from '@hearth/proto/storage/v1/repos'
import type { ServiceHandlers } from '@hearth/rpc'
import { PEOPLE, type PersonName } from './accounts.ts'
import { toRepo, type FakeRepo, type World } from './world.ts'

/** Keeps requests, without the rules of which state follows which: those are storage's own. */
export function createFakeAccess(world: World): ServiceHandlers<typeof AccessServiceService> {
  const rows = new Map<FakeRepo, AccessRequest[]>()
  const rowsOf = (repo: FakeRepo): AccessRequest[] => rows.get(repo) ?? rows.set(repo, []).get(repo) ?? []
  const findUser = (name: string): PersonName => {
    if (!Object.hasOwn(PEOPLE, name.toLowerCase())) throw new HearthError('NOT_FOUND', 'There is no such user')
    return name.toLowerCase() as PersonName
  }
  const add = (repo: FakeRepo, name: string, more: Partial<AccessRequest>): AccessRequest => {
    const row: AccessRequest = {
      id: randomBytes(12).toString('hex'), user: { id: PEOPLE[findUser(name)].id, name, fullName: name.toUpperCase(), email: undefined }, status: AccessStatus.ACCESS_STATUS_PENDING, fields: [],
      requestTime: new Date('2026-01-02T03:04:05.006Z'), rejectionReason: undefined, decisionTime: undefined, decidedBy: undefined, ...more,
    }
    rowsOf(repo).unshift(row)
    return row
  }
  return {
    async requestAccess({ repo, fields }, { actor }) {
      const found = world.open(repo, actor, 'see')
      if (actor.kind !== 'user') throw new HearthError('UNAUTHENTICATED', 'Log in first')
      if (found.gated === GatedMode.GATED_MODE_OPEN) throw new HearthError('INVALID_ARGUMENT', 'This repository is not gated')
      return { repo: toRepo(found), request: add(found, actor.name, { fields }) }
    },
    async getOwnAccessRequest({ repo }, { actor }) {
      const found = world.open(repo, actor, 'see')
      if (actor.kind !== 'user') throw new HearthError('UNAUTHENTICATED', 'Log in first')
      return { repo: toRepo(found), request: rowsOf(found).find(({ user }) => user?.id === actor.id) }
    },
    async listAccessRequests({ repo, status, page }, { actor }) {
      const all = rowsOf(world.open(repo, actor, 'readAccessRequests')).filter((row) => row.status === status)
      const from = Number(page?.pageToken ?? 0)
      const size = page?.pageSize ?? 1000
      return { requests: all.slice(from, from + size), page: { nextPageToken: from + size < all.length ? String(from + size) : undefined } }
    },
    async handleAccessRequest({ repo, which, status, rejectionReason }, { actor }) {
      const row = rowsOf(world.open(repo, actor, 'administer')).find(({ id, user }) => (which?.$case === 'userName' ? user?.name === which.value : id === which?.value))
      if (row === undefined) throw new HearthError('NOT_FOUND', 'This user has not asked for access')
      Object.assign(row, { status, rejectionReason })
      return { request: row }
    },
    async grantAccess({ repo, userName }, { actor }) {
      return { request: add(world.open(repo, actor, 'administer'), findUser(userName), { status: AccessStatus.ACCESS_STATUS_ACCEPTED }) }
    },
  }
}
