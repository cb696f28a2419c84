import { expect, test } from 'vitest'
import { hashServiceSecret } from '../../src/domain/service-token.ts'
import type { ServiceSecretStore } from '../../src/domain/ports.ts'

const [A, B, C] = [hashServiceSecret('a'), hashServiceSecret('b'), hashServiceSecret('c')]

/** What every ServiceSecretStore must do. */
export function serviceSecretStoreSuite(name: string, open: () => Promise<AsyncDisposable & { readonly store: ServiceSecretStore }>): void {
  test(`${name}: secrets of named services are replaced, others stay`, async () => {
    await using world = await open()
    const { store } = world
    expect(await store.findServiceSecrets('dataset')).toEqual([])
    await store.replaceServiceSecrets(new Map([['dataset', [A, B]], ['inference', [C]]]))
    expect((await store.findServiceSecrets('dataset')).toSorted()).toEqual([A, B].toSorted())
    await store.replaceServiceSecrets(new Map([['dataset', [B, C]]]))
    await store.replaceServiceSecrets(new Map([['dataset', [B, C]]]))
    expect((await store.findServiceSecrets('dataset')).toSorted()).toEqual([B, C].toSorted())
    expect(await store.findServiceSecrets('inference')).toEqual([C])
  })
}
