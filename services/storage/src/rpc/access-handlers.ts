import { HearthError } from '@hearth/errors'
import {
  AccessStatus, type AccessField as FieldMessage, type AccessRequest as RequestMessage, type AccessServiceService, type HandleAccessRequestRequest,
} from '@hearth/proto/storage/v1/access'
import type { ServiceHandlers } from '@hearth/rpc'
import type { AccessRequest } from '../domain/access-request-port.ts'
import type { AccessField } from '../domain/gating-fields.ts'
import { grantAccess, handleRequest, listRequests, readOwnAccess, requestAccess, type HandleCommand } from '../domain/gating-requests.ts'
import type { AccessStatus as DomainStatus } from '../domain/gating.ts'
import type { StorageContext } from '../domain/ports.ts'
import { required } from './content-mapper.ts'
import { parseRepoName, toRepoMessage } from './repo-mapper.ts'

export function createAccessHandlers(storage: StorageContext): ServiceHandlers<typeof AccessServiceService> {
  return {
    async requestAccess(request, ctx) {
      const command = { repo: parseRepoName(request.repo), fields: request.fields.map(parseField) }
      const own = await requestAccess(storage, ctx.actor, command, ctx)
      return { repo: toRepoMessage(own.repo), request: own.request && toMessage(own.request) }
    },
    async getOwnAccessRequest(request, ctx) {
      const own = await readOwnAccess(storage, ctx.actor, parseRepoName(request.repo))
      return { repo: toRepoMessage(own.repo), request: own.request && toMessage(own.request) }
    },
    async listAccessRequests(request, ctx) {
      const query = { repo: parseRepoName(request.repo), status: parseStatus(request.status), pageSize: request.page?.pageSize, pageToken: request.page?.pageToken }
      const { requests, nextPageToken } = await listRequests(storage, ctx.actor, query)
      return { requests: requests.map(toMessage), page: { nextPageToken } }
    },
    async handleAccessRequest(request, ctx) {
      const command = { repo: parseRepoName(request.repo), which: parseWhich(request), status: parseStatus(request.status), rejectionReason: request.rejectionReason }
      return { request: toMessage(await handleRequest(storage, ctx.actor, command, ctx)) }
    },
    async grantAccess(request, ctx) {
      return { request: toMessage(await grantAccess(storage, ctx.actor, { repo: parseRepoName(request.repo), userName: request.userName }, ctx)) }
    },
  }
}

const STATUS_TO_WIRE = {
  pending: AccessStatus.ACCESS_STATUS_PENDING, accepted: AccessStatus.ACCESS_STATUS_ACCEPTED, rejected: AccessStatus.ACCESS_STATUS_REJECTED,
} as const
const STATUS_FROM_WIRE: ReadonlyMap<AccessStatus, DomainStatus> = new Map<AccessStatus, DomainStatus>([
  [AccessStatus.ACCESS_STATUS_PENDING, 'pending'], [AccessStatus.ACCESS_STATUS_ACCEPTED, 'accepted'], [AccessStatus.ACCESS_STATUS_REJECTED, 'rejected'],
])

function parseStatus(status: AccessStatus): DomainStatus {
  return required(STATUS_FROM_WIRE.get(status), 'status')
}

function parseWhich({ which }: HandleAccessRequestRequest): HandleCommand['which'] {
  const one = required(which, 'user or requestId')
  return one.$case === 'userName' ? { userName: one.value } : { requestId: one.value }
}

function parseField({ name, value }: FieldMessage): AccessField {
  if (value === undefined) throw new HearthError('INVALID_ARGUMENT', `fields: ${JSON.stringify(name.slice(0, 100))} has no value`)
  return { name, value: value.value }
}

function toField({ name, value }: AccessField): FieldMessage {
  switch (typeof value) {
    case 'string': return { name, value: { $case: 'text', value } }
    case 'number': return { name, value: { $case: 'number', value } }
    default: return { name, value: { $case: 'checked', value: value === true } }
  }
}

function toMessage(request: AccessRequest): RequestMessage {
  const { id, user, status, fields, rejectionReason, requestedAt, decision } = request
  return {
    id, user: { id: user.id, name: user.name, fullName: user.fullName, email: user.email }, status: STATUS_TO_WIRE[status], fields: fields.map(toField),
    rejectionReason, requestTime: requestedAt, decisionTime: decision?.time, decidedBy: decision?.by?.name,
  }
}
