import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire'
import { HearthError } from '@hearth/errors'
import type { MethodDefinition } from './contract.ts'
import { serve, type ServedService } from './served-service.ts'

/*
 * grpc.health.v1.Health/Check, as Kubernetes and load balancers ask it:
 *   HealthCheckRequest { string service = 1 }    HealthCheckResponse { ServingStatus status = 1 }
 * Watch is not served; callers fall back to Check.
 */
export const ServingStatus = { UNKNOWN: 0, SERVING: 1, NOT_SERVING: 2 } as const
export type ServingStatus = (typeof ServingStatus)[keyof typeof ServingStatus]

export interface HealthCheckRequest {
  readonly service: string
}

export interface HealthCheckResponse {
  readonly status: number
}

export const HEALTH_SERVICE = 'grpc.health.v1.Health'

const check: MethodDefinition<HealthCheckRequest, HealthCheckResponse> & { readonly responseStream: false } = {
  path: `/${HEALTH_SERVICE}/Check`,
  requestStream: false,
  responseStream: false,
  requestSerialize: (value) => Buffer.from(new BinaryWriter().uint32(10).string(value.service).finish()),
  requestDeserialize: (bytes) => ({ service: readField(bytes, 10, (reader) => reader.string()) ?? '' }),
  responseSerialize: (value) => Buffer.from(new BinaryWriter().uint32(8).int32(value.status).finish()),
  responseDeserialize: (bytes) => ({ status: readField(bytes, 8, (reader) => reader.int32()) ?? ServingStatus.UNKNOWN }),
}

export const HealthService = { check } as const

/** Answers for the whole server ("") and each of `services`. */
export function serveHealth(services: () => readonly string[], isServing: () => boolean): ServedService {
  return serve(HealthService, {
    check: ({ service }) => {
      if (service !== '' && !services().includes(service)) return Promise.reject(new HearthError('NOT_FOUND', 'no such service'))
      return Promise.resolve({ status: isServing() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING })
    },
  })
}

function readField<T>(bytes: Uint8Array, wanted: number, read: (reader: BinaryReader) => T): T | undefined {
  const reader = new BinaryReader(bytes)
  let value: T | undefined
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === wanted) value = read(reader)
    else reader.skip(tag & 7)
  }
  return value
}
