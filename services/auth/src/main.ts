import { once } from 'node:events'
import { ConfigError } from '@hearth/config'
import { StartRefused } from '@hearth/db'
import { describeStandaloneConfig, loadStandaloneConfig } from './config.ts'
import { startStandalone } from './standalone.ts'

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
try {
  if (process.argv.includes('--check-config')) {
    process.stdout.write(`${describeStandaloneConfig()}\n`)
  } else {
    await using _auth = await startStandalone(loadStandaloneConfig())
    if (!stop.signal.aborted) await once(stop.signal, 'abort')
  }
} catch (error) {
  if (!(error instanceof ConfigError) && !(error instanceof StartRefused)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = error.exitCode
}
