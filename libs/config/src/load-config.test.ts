import { expect, test } from 'vitest'
import { z } from 'zod'
import { CommonEnv, toCommonConfig } from './common-env.ts'
import { ConfigError } from './config-error.ts'
import { flag, secret } from './env-types.ts'
import { describeConfig, loadConfig } from './load-config.ts'

function problemsOf(env: Record<string, string>, schema: z.ZodType = CommonEnv): readonly string[] {
  try {
    loadConfig(schema, env)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

test('an empty environment gives the defaults', () => {
  const config = toCommonConfig(loadConfig(CommonEnv, { PATH: '/bin', HEARTH_PORT: ' ' }).values)
  expect(config).toMatchObject({ host: '127.0.0.1', port: 8080, allowedHosts: [], dataPlane: 'redirect', logLevel: 'info', publicUrl: undefined })
  expect(config.dataDir).toMatch(/^\/.*\/\.hearth$/)
})

test('values are read and normalised', () => {
  const config = toCommonConfig(loadConfig(CommonEnv, {
    HEARTH_PORT: '0', HEARTH_PUBLIC_URL: 'https://hub.example/', HEARTH_ALLOWED_HOSTS: 'hub.example, *.hub.example:8443', HEARTH_TRUSTED_PROXIES: '10.0.0.0/8,::1',
  }).values)
  expect(config).toMatchObject({ port: 0, publicUrl: 'https://hub.example', allowedHosts: ['hub.example', '*.hub.example:8443'], trustedProxies: ['10.0.0.0/8', '::1'] })
})

test('all problems are reported at once, each with its variable', () => {
  const problems = problemsOf({ HEARTH_PORT: 'eighty', HEARTH_LOG_LEVEL: 'loud', HEARTH_PUBLIC_URL: 'hub', HEARTH_TRUSTED_PROXIES: '10.0.0.0/99' })
  expect(problems).toHaveLength(4)
  expect(problems.join('\n')).toContain('HEARTH_PORT: must be a whole number from 0 to 65535 (it is "eighty")')
  expect(problems.join('\n')).toContain('HEARTH_LOG_LEVEL: must be one of trace, debug')
  expect(problemsOf({ HEARTH_PORT: '70000' })).toHaveLength(1)
})

test('the error asks for exit code 78 and shows no secret', () => {
  const schema = z.object({ HEARTH_AUTH_SIGNING: secret(32), HEARTH_DATABASE_URL: z.string().regex(/^x/) })
  const problems = problemsOf({ HEARTH_AUTH_SIGNING: 'short-pa55', HEARTH_DATABASE_URL: 'postgres://u:pa55@db/h' }, schema)
  expect(problems).toHaveLength(2)
  expect(problems.join()).not.toContain('pa55')
  expect(new ConfigError([]).exitCode).toBe(78)
})

test('unknown variables are a warning with the nearest name', () => {
  expect(loadConfig(CommonEnv, { HEARTH_PROT: '1', HEARTH_TEST_THING: 'x' }).warnings).toEqual(['HEARTH_PROT is not a known variable; did you mean HEARTH_PORT?'])
})

test('what is in force is shown with secrets hidden, also for a union of choices', () => {
  const schema = CommonEnv.and(z.discriminatedUnion('HEARTH_STORAGE_BLOBS', [
    z.object({ HEARTH_STORAGE_BLOBS: z.literal('fs') }),
    z.object({ HEARTH_STORAGE_BLOBS: z.literal('s3'), HEARTH_S3_SECRET_KEY: z.string(), HEARTH_S3_TLS: flag().default(true) }),
  ]))
  const env = { HEARTH_STORAGE_BLOBS: 's3', HEARTH_S3_SECRET_KEY: 'pa55', HEARTH_DATABASE_URL: 'postgres://u:pa55@db/h?password=pa55' }
  const text = describeConfig(schema, env)
  expect(text).toContain('HEARTH_PORT=8080  # default')
  expect(text).toContain('HEARTH_S3_SECRET_KEY=***')
  expect(text).toContain('HEARTH_DATABASE_URL=postgres://u:***@db/h?password=***')
  expect(text).not.toContain('pa55')
  expect(loadConfig(schema, env).warnings).toEqual([])
})

test('the result is frozen all through', () => {
  const { values } = loadConfig(CommonEnv, { HEARTH_ALLOWED_HOSTS: 'a.example' })
  expect(Object.isFrozen(values) && Object.isFrozen(values.HEARTH_ALLOWED_HOSTS)).toBe(true)
})
