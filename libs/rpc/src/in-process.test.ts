import { transportSuite } from '../test/suites/transport.suite.ts'
import { createInProcessServer, createInProcessTransport } from './in-process.ts'

transportSuite('in-process transport', (services, options) => {
  const server = createInProcessServer({ ...options, services })
  return Promise.resolve({
    transport: createInProcessTransport(server),
    drain: (timeoutMs) => server.drain(timeoutMs),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  })
})
