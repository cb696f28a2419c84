import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadAuthConfig } from './config.ts'

const SECRET = 's'.repeat(32)

test('defaults follow the data folder', () => {
  const config = loadAuthConfig({ HEARTH_DATA_DIR: '/data' })
  expect(config).toEqual({ keysDir: join('/data', 'auth', 'signing-keys'), firstAdminPath: '/data/admin-credentials.json', serviceSecrets: new Map() })
})

test('service secrets, two of one service', () => {
  const { serviceSecrets } = loadAuthConfig({ HEARTH_AUTH_SERVICE_SECRETS: `dataset=${SECRET}, inference=${SECRET}1,dataset=${SECRET}2,` })
  expect(serviceSecrets).toEqual(new Map([['dataset', [SECRET, `${SECRET}2`]], ['inference', [`${SECRET}1`]]]))
})

test.each([[`dataset=short`, 'the secret of dataset has less'], ['justasecret', 'entry 1 is not'], [`=${SECRET}`, 'entry 1 is not']])('refuses %s', (text, message) => {
  expect(() => loadAuthConfig({ HEARTH_AUTH_SERVICE_SECRETS: text })).toThrow(message)
  expect(() => loadAuthConfig({ HEARTH_AUTH_SERVICE_SECRETS: text })).not.toThrow(SECRET)
})
