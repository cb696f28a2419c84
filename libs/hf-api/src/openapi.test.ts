import { describe, expect, test } from 'vitest'
import { openApiDocument } from './openapi.ts'
import { expectedOutcome } from './permission.ts'
import { isPageName, isReservedRepoName } from './reserved-names.ts'
import { ALL_ROUTES, ROUTES } from './route-table.ts'

describe('openApiDocument', () => {
  const document = openApiDocument(ALL_ROUTES, '1.2.3')

  test('is plain JSON with one operation id each', () => {
    expect(JSON.parse(JSON.stringify(document))).toEqual(document)
    const ids = Object.values(document.paths).flatMap((operations) => Object.values(operations).map((operation) => (operation as { operationId: string }).operationId))
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('spells each path for each kind and hides what is no interface', () => {
    const paths = Object.keys(document.paths)
    expect(paths).toContain('/datasets/{repo}/resolve/{revision}/{path}')
    expect(paths).toContain('/{repo}/resolve/{revision}/{path}')
    expect(paths).toContain('/api/models/{repo}/tree/{revision}')
    expect(paths.filter((path) => path.includes('@') || path.includes('?') || path.includes('{kind}') || path.includes('{web}'))).toEqual([])
  })

  test('describes queries, bodies, answers and refusals', () => {
    const operation = (document.paths['/api/models'] as { get: { parameters: { name: string; schema: unknown }[]; responses: object } }).get
    expect(operation.parameters.find(({ name }) => name === 'limit')?.schema).toMatchObject({ type: 'integer', minimum: 0 })
    expect(operation.parameters.find(({ name }) => name === 'full')?.schema).toMatchObject({ type: 'boolean' })
    expect(Object.keys(operation.responses)).toEqual(['200', '400'])
  })
})

test('each row is filed under its own id and says what it refuses with', () => {
  for (const [id, { id: own, path, errors, permission }] of Object.entries(ROUTES)) {
    expect(own).toBe(id)
    if (permission.startsWith('repo.') && path !== '/api/repos/delete') expect(errors as readonly string[], id).toContain('REPO_NOT_FOUND')
  }
})

test('verbs are no repo names, pages are no accounts, the first user is', () => {
  expect(['tree', 'Resolve', 'refs', 'settings'].every(isReservedRepoName)).toBe(true)
  expect(['api', 'datasets', 'healthz', 'v1', 'rows', '-'].every(isPageName)).toBe(true)
  expect(['admin', 'gpt2', 'glue', '__DUMMY_USER__'].some((name) => isReservedRepoName(name) || isPageName(name))).toBe(false)
})

test('expectedOutcome tells hidden from forbidden', () => {
  const cell = { isBeforeAuth: false, visibility: 'private' } as const
  expect(expectedOutcome({ ...cell, permission: 'repo.see', caller: 'stranger' })).toEqual({ status: 404, code: 'RepoNotFound' })
  expect(expectedOutcome({ ...cell, permission: 'repo.writeContent', caller: 'member' })).toEqual({ status: 403, code: undefined })
  expect(expectedOutcome({ ...cell, permission: 'public', caller: 'invalidToken' })).toEqual({ status: 401, code: undefined })
  expect(expectedOutcome({ ...cell, permission: 'public', caller: 'invalidToken', isBeforeAuth: true })).toBe('allow')
})
