import { expect, test } from 'vitest'
import { isSubject, matchesSubject, mayComeFrom } from './subject.ts'

test('the shape of a subject', () => {
  expect(isSubject('hearth.storage.v1.ref.moved')).toBe(true)
  for (const wrong of ['hearth.storage.ref.moved', 'hearth.storage.v1.ref', 'hearth.Storage.v1.ref.moved', 'hearth.storage.v1.ref.*', 'x.storage.v1.ref.moved']) expect(isSubject(wrong), wrong).toBe(false)
})

test('patterns', () => {
  const cases: [string, string, boolean][] = [
    ['a.b', 'a.b', true], ['a.b', 'a.b.c', false], ['a.b.c', 'a.b', false], ['a.*', 'a.b', true], ['a.*', 'a', false],
    ['a.*', 'a.b.c', false], ['a.>', 'a.b.c', true], ['a.>', 'a', false], ['>', 'a', true], ['a.*.c', 'a.b.c', true],
  ]
  for (const [pattern, subject, expected] of cases) expect(matchesSubject(pattern, subject), `${pattern} ${subject}`).toBe(expected)
})

test('which services can send what a consumer wants', () => {
  expect(mayComeFrom('auth', ['hearth.storage.v1.ref.moved', 'hearth.auth.>'])).toBe(true)
  expect(mayComeFrom('auth', ['hearth.storage.>'])).toBe(false)
  expect(mayComeFrom('auth', ['hearth.*.v1.repo.created'])).toBe(true)
})
