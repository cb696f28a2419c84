import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire'
import type { MethodDefinition } from '../src/contract.ts'

/** A service for tests alone, in the shape that ts-proto generates. */
export interface EchoMessage {
  readonly text: string
  readonly body: Uint8Array
}

function encode(message: EchoMessage): Buffer {
  if (typeof message.text !== 'string') throw new TypeError('text must be a string')
  return Buffer.from(new BinaryWriter().uint32(10).string(message.text).uint32(18).bytes(message.body).finish())
}

function decode(bytes: Buffer): EchoMessage {
  const reader = new BinaryReader(bytes)
  let message: EchoMessage = { text: '', body: new Uint8Array() }
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === 10) message = { ...message, text: reader.string() }
    else if (tag === 18) message = { ...message, body: Uint8Array.from(reader.bytes()) }
    else reader.skip(tag & 7)
  }
  return message
}

function method<S extends boolean>(name: string, responseStream: S): MethodDefinition<EchoMessage, EchoMessage> & { readonly responseStream: S } {
  return {
    path: `/hearth.test.v1.EchoService/${name}`, requestStream: false, responseStream,
    requestSerialize: encode, requestDeserialize: decode, responseSerialize: encode, responseDeserialize: decode,
  }
}

export const EchoService = {
  echo: method('Echo', false),
  fail: method('Fail', false),
  hang: method('Hang', false),
  count: method('Count', true),
} as const

export function message(text: string, body: Uint8Array = new Uint8Array()): EchoMessage {
  return { text, body }
}
