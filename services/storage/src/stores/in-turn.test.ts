import { expect, test } from 'vitest'
import { createTurns } from './in-turn.ts'

const NEVER = new AbortController().signal

test('one after the other for each key, in the order of asking; a failure hands the turn on', async () => {
  const turns = createTurns<string>()
  const seen: string[] = []
  const work = (name: string, fails = false) => async (): Promise<string> => {
    seen.push(`${name} begins`)
    await new Promise((resolve) => { setTimeout(resolve, 5) })
    seen.push(`${name} ends`)
    if (fails) throw new Error(name)
    return name
  }
  const done = await Promise.allSettled([turns.take('a', work('1'), NEVER), turns.take('a', work('2', true), NEVER), turns.take('a', work('3'), NEVER), turns.take('b', work('4'), NEVER)])
  expect(done.map((one) => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
  expect(seen.filter((line) => !line.startsWith('4'))).toEqual(['1 begins', '1 ends', '2 begins', '2 ends', '3 begins', '3 ends'])
  expect(seen.indexOf('4 begins')).toBeLessThan(seen.indexOf('1 ends'))
})

test('who gives up while waiting is passed over', async () => {
  const turns = createTurns<string>()
  const stop = new AbortController()
  const { promise: open, resolve } = Promise.withResolvers<void>()
  const first = turns.take('a', () => open, NEVER)
  const second = turns.take('a', async () => 'second', stop.signal)
  const third = turns.take('a', async () => 'third', NEVER)
  stop.abort(new Error('gone'))
  await expect(second).rejects.toThrow('gone')
  resolve()
  await first
  expect(await third).toBe('third')
  await expect(turns.take('a', async () => 'late', stop.signal)).rejects.toThrow('gone')
})
