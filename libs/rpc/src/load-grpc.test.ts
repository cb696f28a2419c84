import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

test('a process that calls only itself does not load the gRPC library', () => {
  const index = JSON.stringify(new URL('./index.ts', import.meta.url).href)
  const contract = JSON.stringify(import.meta.resolve('@hearth/proto/auth/v1/authentication'))
  const script = `await import(${index}); await import(${contract}); const { createRequire } = await import('node:module');
    console.log(Object.keys(createRequire(${index}).cache).filter((path) => path.includes('grpc-js')).length)`
  expect(execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' }).trim()).toBe('0')
})
