import type { AccessRequest } from '@hearth/hf-api'
import { AccessStatus, type AccessField, type AccessRequest as RequestRow } from '@hearth/proto/storage/v1/access'
import { required } from './required.ts'

const STATUS_NAMES: ReadonlyMap<AccessStatus, AccessRequest['status']> = new Map<AccessStatus, AccessRequest['status']>([
  [AccessStatus.ACCESS_STATUS_PENDING, 'pending'], [AccessStatus.ACCESS_STATUS_ACCEPTED, 'accepted'], [AccessStatus.ACCESS_STATUS_REJECTED, 'rejected'],
])

const STATUS_TO_WIRE = {
  pending: AccessStatus.ACCESS_STATUS_PENDING, accepted: AccessStatus.ACCESS_STATUS_ACCEPTED, rejected: AccessStatus.ACCESS_STATUS_REJECTED,
} as const satisfies Record<AccessRequest['status'], AccessStatus>

export function toAccessStatus(status: AccessRequest['status']): AccessStatus {
  return STATUS_TO_WIRE[status]
}

export function toAccessRequest(row: RequestRow | undefined): AccessRequest {
  const { id, user, status, requestTime, fields, rejectionReason, decisionTime, decidedBy } = required(row, 'its request')
  return {
    requestId: id,
    ...(user === undefined ? {} : { user: { _id: user.id, user: user.name, fullname: user.fullName, ...(user.email === undefined ? {} : { email: user.email }) } }),
    status: required(STATUS_NAMES.get(status), 'a status'),
    timestamp: required(requestTime, 'its time').toISOString(),
    ...(fields.length === 0 ? {} : { fields: Object.fromEntries(fields.flatMap(toEntry)) }),
    ...(rejectionReason === undefined ? {} : { rejectionReason }),
    ...(decisionTime === undefined ? {} : { decidedAt: decisionTime.toISOString() }),
    ...(decidedBy === undefined ? {} : { decidedBy }),
  }
}

function toEntry({ name, value }: AccessField): [string, string | number | boolean][] {
  return value === undefined ? [] : [[name, value.value]]
}

/** Of a form: a name that comes more than once is one field. */
export function toFields(values: Readonly<Record<string, string | number | boolean | readonly string[]>>): AccessField[] {
  return Object.entries(values).map(([name, value]): AccessField => {
    switch (typeof value) {
      case 'number': return { name, value: { $case: 'number', value } }
      case 'boolean': return { name, value: { $case: 'checked', value } }
      case 'string': return { name, value: { $case: 'text', value } }
      default: return { name, value: { $case: 'text', value: value.join(', ') } }
    }
  })
}
