import { ALL_ROUTES, CALLERS, expectedOutcome, kindOf, type CallerKind, type ExampleContext, type RouteSpec } from '@hearth/hf-api'
import { describe, expect, test } from 'vitest'
import { registeredPaths } from '../src/http/paths.ts'
import { createHandlers } from '../src/http/handlers.ts'
import type { HttpDeps } from '../src/http/deps.ts'
import { seedRepo } from './seed.ts'
import { startTestGateway, type TestGateway } from './test-gateway.ts'

/** The other callers need more than the fakes know; the matrix over the whole hub has them all. */
const TOKEN_OF = {
  anonymous: undefined, member: 'hf_miaWrite', stranger: 'hf_boWrite', orgAdmin: 'hf_anaWrite', admin: 'hf_rootWrite', readOnlyToken: 'hf_anaRead', invalidToken: 'hf_nobodyKnowsThisOne',
} as const satisfies Partial<Record<CallerKind, string | undefined>>
type FakeCaller = keyof typeof TOKEN_OF
const FAKE_CALLERS = CALLERS.filter((caller): caller is FakeCaller => caller in TOKEN_OF)
const TYPES = ['model', 'dataset', 'space'] as const

async function ask(gateway: TestGateway, spec: RouteSpec, { caller, context }: { caller: FakeCaller; context: ExampleContext }): Promise<Response> {
  const { method = spec.method, path, contentType, body } = spec.example(context)
  return gateway.call(method, path, { token: TOKEN_OF[caller], body, ...(contentType === undefined ? {} : { headers: { 'content-type': contentType } }) })
}

describe('the route table', () => {
  test('has a handler for each row and no other', () => {
    const handlers = createHandlers({ settings: { version: '0' } } as HttpDeps)
    expect(Object.keys(handlers).toSorted()).toEqual(ALL_ROUTES.map(({ id }) => id).toSorted())
  })

  test('names each row and each address once', () => {
    const addresses = ALL_ROUTES.flatMap((spec) => registeredPaths(spec).map(({ url }) => `${spec.method} ${url}`))
    expect(new Set(addresses).size).toBe(addresses.length)
  })

  test.each(TYPES.flatMap((type) => (['public', 'private'] as const).map((visibility) => [type, visibility] as const)))(
    'refuses and allows %s repos that are %s as each row says', { timeout: 30_000 }, async (type, visibility) => {
      const wrong: string[] = []
      for (const spec of ALL_ROUTES) {
        await using gateway = await startTestGateway()
        for (const caller of FAKE_CALLERS) {
          const name = `m-${caller.toLowerCase()}`
          const headSha = await seedRepo(gateway, { name, type, isPrivate: visibility === 'private' })
          const context = { kind: kindOf(type), repo: `team/${name}`, namespace: 'team', freshName: `fresh-${caller.toLowerCase()}`, headSha, absentSha256: 'ab'.repeat(32) }
          const answer = await ask(gateway, spec, { caller, context })
          const expected = expectedOutcome({ permission: spec.permission, isBeforeAuth: spec.isBeforeAuth ?? false, caller, visibility })
          const seen = `${answer.status} ${answer.headers.get('x-error-code') ?? '-'}`
          const isRight = expected === 'allow' ? isAllowed(answer) : seen === `${expected.status} ${expected.code ?? '-'}`
          if (!isRight) wrong.push(`${spec.id} for ${caller}: ${seen}, expected ${JSON.stringify(expected)}`)
          if (answer.headers.get('x-request-id') === null || answer.headers.get('access-control-allow-origin') !== '*') wrong.push(`${spec.id}: headers`)
          await answer.arrayBuffer()
        }
        expect(gateway.failures).toEqual([])
      }
      expect(wrong).toEqual([])
    })

  test('gives answers of the promised shape', async () => {
    await using gateway = await startTestGateway()
    for (const spec of ALL_ROUTES) {
      if (spec.response.kind !== 'json') continue
      const name = `shape-${spec.id.toLowerCase()}`
      const headSha = await seedRepo(gateway, { name })
      const answer = await ask(gateway, spec, { caller: 'orgAdmin', context: { kind: 'models', repo: `team/${name}`, namespace: 'team', freshName: `f-${name}`, headSha, absentSha256: 'ab'.repeat(32) } })
      if (answer.status === 200) expect(spec.response.schema.safeParse(await answer.json()), spec.id).toMatchObject({ success: true })
    }
  })
})

/** The example may name a thing that is not there (a branch to delete): that comes after permission. */
function isAllowed(answer: Response): boolean {
  const code = answer.headers.get('x-error-code')
  return answer.status < 400 || ((answer.status === 404 || answer.status === 400 || answer.status === 422) && code !== 'RepoNotFound')
}
