/**
 * OpenTelemetry, for `node --import @hearth/telemetry/register ...`. Configured by OTEL_* variables alone; without one that
 * names an exporter nothing is loaded, so the idle hub pays neither time nor memory.
 */
import { register } from 'node:module'

const EXPORTERS = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', 'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT',
  'OTEL_TRACES_EXPORTER', 'OTEL_METRICS_EXPORTER', 'OTEL_LOGS_EXPORTER']

function isWanted(env: NodeJS.ProcessEnv): boolean {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return false
  return EXPORTERS.some((name) => !['', 'none'].includes(env[name] ?? ''))
}

async function start(): Promise<void> {
  register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)
  const [{ NodeSDK }, { GrpcInstrumentation }, { HttpInstrumentation }, { PinoInstrumentation }] = await Promise.all([
    import('@opentelemetry/sdk-node'), import('@opentelemetry/instrumentation-grpc'),
    import('@opentelemetry/instrumentation-http'), import('@opentelemetry/instrumentation-pino'),
  ])
  const sdk = new NodeSDK({ instrumentations: [new GrpcInstrumentation(), new HttpInstrumentation(), new PinoInstrumentation()] })
  sdk.start()
  // Drained and about to end by itself: what is still buffered goes out. A signal handler here would cut the drain short.
  process.once('beforeExit', () => { void sdk.shutdown().catch(() => undefined) })
}

if (isWanted(process.env)) await start()
