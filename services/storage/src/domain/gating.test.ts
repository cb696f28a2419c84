import fc from 'fast-check'
import { expect, test } from 'vitest'
import { boundFields, boundReason } from './gating-fields.ts'
import { ACCESS_STATUSES, nextStatus, type AccessMove, type AccessState } from './gating.ts'

const MOVES: readonly AccessMove[] = ['ask', 'askAuto', 'accept', 'reject', 'reset', 'grant']
const STATES: readonly AccessState[] = ['none', ...ACCESS_STATUSES]
/** Columns as STATES; a reason is how the move is refused. */
const EXPECTED: Readonly<Record<AccessMove, readonly string[]>> = {
  ask: ['pending', 'CONFLICT', 'CONFLICT', 'CONFLICT'],
  askAuto: ['accepted', 'accepted', 'CONFLICT', 'CONFLICT'],
  accept: ['NOT_FOUND', 'accepted', 'NOT_FOUND', 'accepted'],
  reject: ['NOT_FOUND', 'rejected', 'rejected', 'NOT_FOUND'],
  reset: ['NOT_FOUND', 'NOT_FOUND', 'pending', 'pending'],
  grant: ['accepted', 'accepted', 'INVALID_ARGUMENT', 'accepted'],
}

test.each(MOVES.flatMap((move) => STATES.map((from, column) => [move, from, EXPECTED[move][column]] as const)))('%s from %s: %s', (move, from, expected) => {
  const outcome = (): string => {
    try {
      return nextStatus(move, from)
    } catch (error) {
      return (error as { reason: string }).reason
    }
  }
  expect(outcome()).toBe(expected)
})

test('nobody but an administrator opens a door that was shut: asking never leads out of rejected or into a manual accept', () => {
  fc.assert(fc.property(fc.array(fc.constantFrom<AccessMove>('ask', 'reject', 'reset')), (moves) => {
    let state: AccessState = 'none'
    for (const move of moves) {
      try { state = nextStatus(move, state) } catch { /* stays */ }
      expect(state).not.toBe('accepted')
    }
  }))
})

test('what a person fills in has bounds', () => {
  const field = (name: string, value: string | number | boolean = 'x') => ({ name, value })
  expect(boundFields([field(' Country\0 ', 'Pe\0ru'), field('Age', 4), field('I agree', false)])).toEqual([field('Country', 'Peru'), field('Age', 4), field('I agree', false)])
  const many = (count: number, value = 'x') => Array.from({ length: count }, (_, at) => field(`f${at}`, value))
  expect(boundFields(many(50))).toHaveLength(50)
  for (const bad of [many(51), [field('')], [field('\0')], [field('n'.repeat(201))], [field('a', 'x'.repeat(2001))], many(10, 'x'.repeat(1000)), [field('a'), field('a')], [field('a', Infinity)]]) {
    expect(() => boundFields(bad)).toThrow(expect.objectContaining({ reason: 'INVALID_ARGUMENT' }))
  }
  expect([boundReason(undefined), boundReason(' \0'), boundReason(' no ')]).toEqual([undefined, undefined, 'no'])
  expect(() => boundReason('x'.repeat(1001))).toThrow(expect.objectContaining({ reason: 'INVALID_ARGUMENT' }))
})
