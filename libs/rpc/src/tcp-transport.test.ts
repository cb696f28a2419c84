import { createServer } from 'node:net'
import { HearthError } from '@hearth/errors'
import { expect, test } from 'vitest'
import { EchoService, message } from '../test/echo-service.ts'
import { transportSuite } from '../test/suites/transport.suite.ts'
import { startGrpcServer } from './grpc-server.ts'
import { HealthService, ServingStatus } from './health.ts'
import { serve } from './served-service.ts'
import { createTcpTransport, readMethods } from './tcp-transport.ts'

const verifyActor = () => Promise.reject(new HearthError('UNAUTHENTICATED', 'nobody'))

transportSuite('gRPC over TCP', async (services, options) => {
  const server = await startGrpcServer({ ...options, services, address: '127.0.0.1:0', drainTimeoutMs: 0 })
  const transport = createTcpTransport({ address: server.address })
  return {
    transport,
    drain: (timeoutMs) => server.drain(timeoutMs),
    [Symbol.asyncDispose]: async () => {
      await transport[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

test('a peer that is not there is UNAVAILABLE, without its address', async () => {
  const port = await freePort()
  await using transport = createTcpTransport({ address: `127.0.0.1:${port}` })
  const error: unknown = await transport.client(EchoService).echo(message('x'), { timeoutMs: 3000 }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ reason: 'UNAVAILABLE' })
  expect(String(error)).not.toContain(String(port))
})

test('the health service tells readiness and knows its services', async () => {
  let isReady = false
  const echo = serve(EchoService, { echo: (m) => Promise.resolve(m), fail: (m) => Promise.resolve(m), hang: (m) => Promise.resolve(m), async* count(m) { yield m } })
  await using server = await startGrpcServer({ services: [echo], address: '127.0.0.1:0', verifyActor, isReady: () => isReady })
  await using transport = createTcpTransport({ address: server.address })
  const client = transport.client(HealthService)
  expect(await client.check({ service: '' })).toEqual({ status: ServingStatus.NOT_SERVING })
  isReady = true
  expect(await client.check({ service: 'hearth.test.v1.EchoService' })).toEqual({ status: ServingStatus.SERVING })
  await expect(client.check({ service: 'hearth.test.v1.Nope' })).rejects.toMatchObject({ reason: 'NOT_FOUND' })
})

test('only listed methods are retried', async () => {
  const calls = { echo: 0, fail: 0 }
  const busy = (name: keyof typeof calls) => () => {
    calls[name] += 1
    return Promise.reject(new HearthError('UNAVAILABLE', 'not now'))
  }
  const echo = serve(EchoService, { echo: busy('echo'), fail: busy('fail'), hang: (m) => Promise.resolve(m), async* count(m) { yield m } })
  await using server = await startGrpcServer({ services: [echo], address: '127.0.0.1:0', verifyActor })
  await using transport = createTcpTransport({ address: server.address, retryable: readMethods(EchoService, ['echo']) })
  const client = transport.client(EchoService)
  await expect(client.echo(message('x'))).rejects.toMatchObject({ reason: 'UNAVAILABLE', message: 'not now' })
  await expect(client.fail(message('x'))).rejects.toMatchObject({ reason: 'UNAVAILABLE' })
  expect(calls).toEqual({ echo: 3, fail: 1 })
})

test('an address that is taken is refused', async () => {
  await using server = await startGrpcServer({ services: [], address: '127.0.0.1:0', verifyActor })
  await expect(startGrpcServer({ services: [], address: server.address, verifyActor })).rejects.toThrow()
})
