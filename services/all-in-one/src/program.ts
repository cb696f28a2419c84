import { once } from 'node:events'
import { ConfigError, describeConfig } from '@hearth/config'
import { StartRefused } from '@hearth/db'
import { createLogger, type Logger } from '@hearth/telemetry'
import { HubEnv, loadHubConfig, processEnv } from './config.ts'
import { runExport } from './export-command.ts'
import { startHub } from './hub.ts'
import { runReindex } from './reindex-command.ts'

const EXIT_FAILED = 70

/** Runs the hub until a signal, or one command, and gives the exit code: 0, 78 for what an operator must change first, 70 for a bug. */
export async function runProgram(args: readonly string[]): Promise<number> {
  let log: Logger | undefined
  try {
    if (args[0] === '--check-config') return checkConfig()
    const { config, warnings } = loadHubConfig(processEnv())
    log = createLogger({ service: 'hearth', level: config.common.logLevel })
    for (const warning of warnings) log.warn({ evt: 'config.unknown' }, warning)
    if (args[0] === 'export') await runExport(config, log, args[1])
    else if (args[0] === 'reindex') await runReindex(config, log)
    else if (args[0] === undefined) await serveUntilSignal(config, log)
    else throw new StartRefused(`unknown command ${args[0]}: there are export FOLDER, reindex and --check-config, and no command to run the hub`)
    return 0
  } catch (error) {
    return reportFailure(error, log)
  }
}

function checkConfig(): number {
  process.stdout.write(`${describeConfig(HubEnv, processEnv())}\n`)
  return 0
}

async function serveUntilSignal(config: Parameters<typeof startHub>[0], log: Logger): Promise<void> {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  for (const kind of ['uncaughtException', 'unhandledRejection'] as const) process.on(kind, (error: unknown) => stop.abort(new UncaughtFailure(kind, error)))
  await using hub = await startHub(config, log)
  if (stop.signal.aborted) return endOf(stop.signal)
  log.info({ evt: 'hub.ready', url: hub.url, data: config.common.dataDir }, `ready: set HF_ENDPOINT=${hub.url} and HF_TOKEN, or open ${hub.url}`)
  process.stdout.write(`hearth ready ${hub.url}\n`)
  await once(stop.signal, 'abort')
  log.info({ evt: 'hub.stopping' }, 'stopping')
  endOf(stop.signal)
}

/** A bug that nobody caught: the hub drains and ends, and whoever runs it starts it again in a known state. */
class UncaughtFailure extends Error {
  constructor(kind: string, cause: unknown) {
    super(`${kind}: the hub is stopped`, { cause })
    this.name = 'UncaughtFailure'
  }
}

function endOf(signal: AbortSignal): void {
  if (signal.reason instanceof UncaughtFailure) throw signal.reason
}

function reportFailure(error: unknown, log: Logger | undefined): number {
  if (error instanceof ConfigError || error instanceof StartRefused) {
    process.stderr.write(`hearth: ${error.message}\n`)
    return error.exitCode
  }
  if (log === undefined) process.stderr.write(`hearth: ${error instanceof Error ? error.stack : String(error)}\n`)
  else log.fatal({ evt: 'hub.failed', err: error }, 'the hub failed')
  return EXIT_FAILED
}
