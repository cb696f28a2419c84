import { join } from 'node:path'
import { describeConfig, loadConfig, type Env } from '@hearth/config'
import { expect, test } from 'vitest'
import { AuthEnv, toAuthConfig, type AuthConfig } from './config.ts'

const SECRET = 's'.repeat(32)

function load(env: Env): AuthConfig {
  return toAuthConfig(loadConfig(AuthEnv, env).values, { dataDir: '/data' })
}

const DAY_MS = 24 * 3600 * 1000

test('defaults follow the data folder', () => {
  expect(load({})).toEqual({ keysDir: join('/data', 'auth', 'signing-keys'), firstAdminPath: '/data/admin-credentials.json', serviceSecrets: new Map(), sessionLifeMs: 30 * DAY_MS, sessionIdleMs: 7 * DAY_MS })
  expect(load({ HEARTH_AUTH_KEYS_DIR: '/keys' }).keysDir).toBe('/keys')
})

test('service secrets, two of one service; never shown', () => {
  const env = { HEARTH_AUTH_SERVICE_SECRETS: `dataset=${SECRET}, inference=${SECRET}1,dataset=${SECRET}2,` }
  expect(load(env).serviceSecrets).toEqual(new Map([['dataset', [SECRET, `${SECRET}2`]], ['inference', [`${SECRET}1`]]]))
  expect(describeConfig(AuthEnv, env)).toContain('HEARTH_AUTH_SERVICE_SECRETS=***')
})

test.each([['dataset=short', 'the secret of dataset has less'], ['justasecret', 'entry 1 is not'], [`=${SECRET}`, 'entry 1 is not']])('refuses %s', (text, message) => {
  const refused = () => load({ HEARTH_AUTH_SERVICE_SECRETS: text })
  expect(refused).toThrow(message)
  expect(refused).not.toThrow(text)
})
