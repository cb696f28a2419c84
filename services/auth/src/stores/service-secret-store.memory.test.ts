import { serviceSecretStoreSuite } from '../../test/suites/service-secret-store.suite.ts'
import { createMemoryServiceSecretStore } from './service-secret-store.memory.ts'

serviceSecretStoreSuite('in memory', () => Promise.resolve({ store: createMemoryServiceSecretStore(), [Symbol.asyncDispose]: () => Promise.resolve() }))
