import { describeEventBus } from '../test/suites/event-bus.suite.ts'
import { createMemoryBus } from './memory-bus.ts'

describeEventBus(() => {
  const bus = createMemoryBus()
  return Promise.resolve({
    bus,
    publish: (subject, payload) => Promise.resolve(bus.publish(subject, payload)),
    reopen: () => Promise.resolve(bus),
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  })
})
