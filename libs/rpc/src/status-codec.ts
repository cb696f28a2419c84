import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire'

/*
 * The value of the trailer `grpc-status-details-bin`, as every gRPC language reads it:
 *   google.rpc.Status    { int32 code = 1; string message = 2; repeated google.protobuf.Any details = 3 }
 *   google.protobuf.Any  { string type_url = 1; bytes value = 2 }
 *   google.rpc.ErrorInfo { string reason = 1; string domain = 2; map<string, string> metadata = 3 }
 *   google.rpc.RetryInfo { google.protobuf.Duration retry_delay = 1 }
 *   Duration             { int64 seconds = 1; int32 nanos = 2 }
 * Written by hand: five small messages that never change, and nothing else needs Google's files.
 */
export interface StatusDetails {
  readonly code: number
  readonly message: string
  readonly errorInfo: { readonly reason: string; readonly domain: string; readonly metadata: Readonly<Record<string, string>> } | undefined
  readonly retryAfterMs: number | undefined
}

const ERROR_INFO = 'type.googleapis.com/google.rpc.ErrorInfo'
const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo'

export function encodeStatusDetails(status: StatusDetails): Buffer {
  const writer = new BinaryWriter().uint32(8).int32(status.code).uint32(18).string(status.message)
  if (status.errorInfo !== undefined) writeAny(writer, ERROR_INFO, encodeErrorInfo(status.errorInfo))
  if (status.retryAfterMs !== undefined) writeAny(writer, RETRY_INFO, encodeRetryInfo(status.retryAfterMs))
  return Buffer.from(writer.finish())
}

/** Throws on bytes that are not a google.rpc.Status. */
export function decodeStatusDetails(bytes: Uint8Array): StatusDetails {
  let code = 0
  let message = ''
  let errorInfo: StatusDetails['errorInfo']
  let retryAfterMs: number | undefined
  readFields(bytes, {
    1: (reader) => { code = reader.int32() },
    2: (reader) => { message = reader.string() },
    3: (reader) => {
      const any = decodeAny(reader.bytes())
      if (any.typeUrl === ERROR_INFO) errorInfo = decodeErrorInfo(any.value)
      if (any.typeUrl === RETRY_INFO) retryAfterMs = decodeRetryInfo(any.value)
    },
  })
  return { code, message, errorInfo, retryAfterMs }
}

function writeAny(writer: BinaryWriter, typeUrl: string, value: Uint8Array): void {
  writer.uint32(26).bytes(new BinaryWriter().uint32(10).string(typeUrl).uint32(18).bytes(value).finish())
}

function encodeErrorInfo(info: NonNullable<StatusDetails['errorInfo']>): Uint8Array {
  const writer = new BinaryWriter().uint32(10).string(info.reason).uint32(18).string(info.domain)
  for (const [key, value] of Object.entries(info.metadata)) {
    writer.uint32(26).bytes(new BinaryWriter().uint32(10).string(key).uint32(18).string(value).finish())
  }
  return writer.finish()
}

function encodeRetryInfo(retryAfterMs: number): Uint8Array {
  const seconds = Math.floor(retryAfterMs / 1000)
  const nanos = Math.round((retryAfterMs - seconds * 1000) * 1e6)
  return new BinaryWriter().uint32(10).bytes(new BinaryWriter().uint32(8).int64(seconds).uint32(16).int32(nanos).finish()).finish()
}

function decodeAny(bytes: Uint8Array): { typeUrl: string; value: Uint8Array } {
  let typeUrl = ''
  let value: Uint8Array = new Uint8Array()
  readFields(bytes, { 1: (reader) => { typeUrl = reader.string() }, 2: (reader) => { value = reader.bytes() } })
  return { typeUrl, value }
}

function decodeErrorInfo(bytes: Uint8Array): NonNullable<StatusDetails['errorInfo']> {
  let reason = ''
  let domain = ''
  const metadata: [string, string][] = []
  readFields(bytes, {
    1: (reader) => { reason = reader.string() },
    2: (reader) => { domain = reader.string() },
    3: (reader) => { metadata.push(decodeEntry(reader.bytes())) },
  })
  return { reason, domain, metadata: Object.fromEntries(metadata) }
}

function decodeEntry(bytes: Uint8Array): [string, string] {
  let key = ''
  let value = ''
  readFields(bytes, { 1: (reader) => { key = reader.string() }, 2: (reader) => { value = reader.string() } })
  return [key, value]
}

function decodeRetryInfo(bytes: Uint8Array): number {
  let seconds = 0
  let nanos = 0
  readFields(bytes, {
    1: (outer) => readFields(outer.bytes(), {
      1: (reader) => { seconds = Number(reader.int64()) },
      2: (reader) => { nanos = reader.int32() },
    }),
  })
  return seconds * 1000 + Math.round(nanos / 1e6)
}

type FieldReaders = Readonly<Record<number, (reader: BinaryReader) => void>>

function readFields(bytes: Uint8Array, fields: FieldReaders): void {
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag()
    const read = fields[field]
    if (read === undefined) reader.skip(wireType, field)
    else read(reader)
  }
}
