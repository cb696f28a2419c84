import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const REGISTER = new URL('./register.ts', import.meta.url).href
const SHOW = 'const { trace } = await import("@opentelemetry/api"); const span = trace.getTracer("t").startSpan("probe"); console.log("recording=" + span.isRecording()); span.end()'

async function runWith(env: Record<string, string>): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', REGISTER, '--input-type=module', '-e', SHOW], { cwd: import.meta.dirname, env: { PATH: process.env['PATH'] ?? '', ...env }, timeout: 30_000 })
  return stdout
}

test('without an exporter nothing records', async () => {
  expect(await runWith({})).toContain('recording=false')
  expect(await runWith({ OTEL_TRACES_EXPORTER: 'console', OTEL_SDK_DISABLED: 'true' })).toContain('recording=false')
})

test('an exporter named by OTEL_* gets the spans', async () => {
  const output = await runWith({ OTEL_TRACES_EXPORTER: 'console', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' })
  expect(output).toContain('recording=true')
  expect(output).toContain("name: 'probe'")
})
