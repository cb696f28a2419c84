import { accountStoreSuite } from '../../test/suites/account-store.suite.ts'
import { MemoryAccountStore } from './account-store.memory.ts'

accountStoreSuite('accounts in memory', () => {
  const store = new MemoryAccountStore()
  return Promise.resolve({ store, readEvents: () => Promise.resolve(store.events), [Symbol.asyncDispose]: () => Promise.resolve() })
})
