import { expect, test } from 'vitest'
import { delayAfter, FAILURE_MEMORY_MS, reserveTry, subjectOf, throttledAddress } from './login-throttle.ts'

test('delays begin late, double, and end at a bound', () => {
  expect([1, 5, 6, 7, 8, 10, 11, 1000].map((failures) => delayAfter('account', failures))).toEqual([0, 0, 1000, 2000, 4000, 16_000, 30_000, 30_000])
  expect([20, 21, 31, 10_000].map((failures) => delayAfter('address', failures))).toEqual([0, 1000, 900_000, 900_000])
})

test('a try that is not due changes nothing; failures of yesterday are forgotten', () => {
  const subject = subjectOf('account', 'ana')
  const known = new Map([[subject, { count: 6, lastMs: 0, nextMs: 1000 }]])
  expect(reserveTry(known, [subject], 999)).toEqual({ failures: undefined, waitMs: 1 })
  expect(reserveTry(known, [subject], 1000).failures?.get(subject)).toEqual({ count: 7, lastMs: 1000, nextMs: 3000 })
  expect(reserveTry(known, [subject], FAILURE_MEMORY_MS).failures?.get(subject)?.count).toBe(1)
})

test.each([
  ['192.0.2.1', '192.0.2.1'], ['::ffff:192.0.2.1', '192.0.2.1'], ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'], ['2001:DB8::1', '2001:db8:0:0::/64'],
  ['2001:0db8:0001::', '2001:db8:1:0::/64'], ['::1', '0:0:0:0::/64'], ['fe80::1%eth0', 'fe80:0:0:0::/64'], ['', undefined], [undefined, undefined], ['unknown', undefined], ['x'.repeat(99), undefined],
])('%j counts as %j', (address, expected) => {
  expect(throttledAddress(address)).toBe(expected)
})
