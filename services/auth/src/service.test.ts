import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Actor } from '@hearth/authz'
import type { Db } from '@hearth/db'
import { AccountsServiceService, NamespaceKind, OrgRole, TokenRole, Visibility } from '@hearth/proto/auth/v1/accounts'
import { AuthenticationServiceService, RejectionReason } from '@hearth/proto/auth/v1/authentication'
import { createActorVerifier, createServiceTokenSource, fetchKeysFrom } from '@hearth/rpc'
import { createTestDatabase } from '@hearth/testkit'
import { expect, test } from 'vitest'
import { ANA_TOKEN, BO_TOKEN, BOOTSTRAP } from '../test/fixtures.ts'
import { compose, CONNECTIONS, inProcess, openWorld, present, SERVICE_SECRET } from '../test/open-service.ts'
import { parseBootstrapDocument } from './domain/bootstrap-document.ts'
import { MIGRATIONS } from './service.ts'
import { addSigningKey } from './stores/signing-keys.fs.ts'

test.each(CONNECTIONS)('a credential becomes an actor that another service verifies: %s', async (_name, connect) => {
  await using world = await openWorld(connect)
  await world.auth.applyBootstrap(parseBootstrapDocument(JSON.stringify(BOOTSTRAP)))
  const verify = createActorVerifier(fetchKeysFrom(world.transport))
  const actor: Actor = await verify(await present(world, ANA_TOKEN))
  expect(actor).toMatchObject({ kind: 'user', name: '__Ana__', isAdmin: true, orgs: [{ name: 'Team', role: 'admin' }], token: { role: 'write' } })
  const { results } = await world.transport.client(AuthenticationServiceService).authenticate({
    credentials: [{ kind: { $case: 'accessToken', value: 'hf_nobody' } }, { kind: undefined }, { kind: { $case: 'accessToken', value: ` ${BO_TOKEN}\n` } }],
  })
  expect(results.map(({ outcome }) => outcome?.$case)).toEqual(['rejected', 'rejected', 'authenticated'])
  expect(results[0]?.outcome).toEqual({ $case: 'rejected', value: { reason: RejectionReason.REJECTION_REASON_UNKNOWN } })
})

test.each(CONNECTIONS)('whoami and namespaces: %s', async (_name, connect) => {
  await using world = await openWorld(connect)
  await world.auth.applyBootstrap(parseBootstrapDocument(JSON.stringify(BOOTSTRAP)))
  const client = world.transport.client(AccountsServiceService)
  const identity = await client.getIdentity({}, { actorToken: await present(world, BO_TOKEN) })
  expect(identity).toMatchObject({
    name: 'bo', fullName: 'Bo', email: undefined, isAdmin: false,
    memberships: [{ orgName: 'Team', orgFullName: 'The Team', role: OrgRole.ORG_ROLE_CONTRIBUTOR }],
    accessToken: { displayName: 'read', role: TokenRole.TOKEN_ROLE_READ },
  })
  await expect(client.getIdentity({})).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' })
  const { namespaces } = await client.batchGetNamespaces({ names: ['TEAM', 'BO', 'nobody'], ids: [identity.id] })
  expect(namespaces.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toMatchObject([
    { name: 'Team', kind: NamespaceKind.NAMESPACE_KIND_ORG, defaultVisibility: Visibility.VISIBILITY_PRIVATE },
    { name: 'bo', kind: NamespaceKind.NAMESPACE_KIND_USER, defaultVisibility: Visibility.VISIBILITY_PUBLIC },
  ])
})

test('batches have bounds', async () => {
  await using world = await openWorld(inProcess)
  const authentication = world.transport.client(AuthenticationServiceService)
  const many = (count: number) => Array.from({ length: count }, (_, n) => ({ kind: { $case: 'accessToken' as const, value: `hf_${n}` } }))
  for (const count of [0, 257]) await expect(authentication.authenticate({ credentials: many(count) })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  expect((await authentication.authenticate({ credentials: many(256) })).results).toHaveLength(256)
  const accounts = world.transport.client(AccountsServiceService)
  await expect(accounts.batchGetNamespaces({ names: [], ids: [] })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  await expect(accounts.batchGetNamespaces({ names: Array.from({ length: 1001 }, () => 'x'), ids: [] })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
})

test('a service proves itself by its secret; a wrong one and an unknown service look alike', async () => {
  await using world = await openWorld(inProcess)
  const token = createServiceTokenSource(world.transport, { service: 'dataset', secret: SERVICE_SECRET })
  expect(await world.auth.verifyActor(await token())).toEqual({ kind: 'service', name: 'dataset' })
  expect(await token()).toBe(await token())
  const failures = await Promise.all([{ service: 'dataset', secret: 'x' }, { service: 'nobody', secret: SERVICE_SECRET }]
    .map((proof) => world.transport.client(AuthenticationServiceService).issueServiceToken(proof).catch((error: unknown) => error)))
  for (const failure of failures) expect(failure).toMatchObject({ reason: 'UNAUTHENTICATED', message: 'the service or its secret is not known' })
  const own = await world.auth.issueServiceToken('storage')
  expect(await world.auth.verifyActor(own.token)).toEqual({ kind: 'service', name: 'storage' })
})

test('the first start makes one admin and keeps the credentials private', async () => {
  await using world = await openWorld(inProcess)
  const first = await world.auth.ensureFirstAdmin()
  expect(first).toEqual({ path: join(world.dataDir, 'admin-credentials.json'), user: 'admin' })
  expect(await world.auth.ensureFirstAdmin()).toBeUndefined()
  const path = first?.path ?? ''
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  const credentials = JSON.parse(await readFile(path, 'utf8')) as { token: string; password: string }
  expect(credentials.token).toMatch(/^hf_[A-Za-z0-9]{34}$/)
  expect(credentials.password.length).toBeGreaterThanOrEqual(24)
  expect(await world.auth.verifyActor(await present(world, credentials.token))).toMatchObject({ name: 'admin', isAdmin: true, token: { role: 'write' } })
})

test('a first start that was cut off after the file goes on with it', async () => {
  await using world = await openWorld(inProcess)
  const path = (await world.auth.ensureFirstAdmin())?.path ?? ''
  const written = await readFile(path, 'utf8')
  await using empty = await createTestDatabase({ schema: 'auth', migrations: MIGRATIONS })
  await using again = await compose(world.dataDir, empty.db as Db)
  expect(await again.ensureFirstAdmin()).toEqual({ path, user: 'admin' })
  expect(await readFile(path, 'utf8')).toBe(written)
})

test('with accounts from a bootstrap there is no first admin', async () => {
  await using world = await openWorld(inProcess)
  await world.auth.applyBootstrap(parseBootstrapDocument('{"users":[{"name":"ana"}]}'))
  expect(await world.auth.ensureFirstAdmin()).toBeUndefined()
})

test('signing keys are private files; they survive a restart and a rotation', async () => {
  await using world = await openWorld(inProcess)
  const folder = join(world.dataDir, 'auth', 'signing-keys')
  const [file] = await readdir(folder)
  expect((await stat(join(folder, file ?? ''))).mode & 0o777).toBe(0o600)
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  const { token } = await world.auth.issueServiceToken('storage')
  const keys = await world.transport.client(AuthenticationServiceService).getSigningKeys({})
  expect(keys.jwksJson).not.toContain('"d"')

  await addSigningKey(folder, Date.now() + 1000)
  await using restarted = await compose(world.dataDir, world.db)
  expect(await restarted.verifyActor(token)).toMatchObject({ name: 'storage' })
  const renewed = await restarted.issueServiceToken('storage')
  await expect(world.auth.verifyActor(renewed.token)).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' })

  await addSigningKey(folder, Date.now() + 2000)
  await using later = await compose(world.dataDir, world.db)
  await expect(later.verifyActor(token)).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' })
  expect(await later.verifyActor(renewed.token)).toMatchObject({ name: 'storage' })
})
