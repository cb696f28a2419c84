export { createLogger, SILENT_LOGGER, type Logger, type LoggerOptions } from './logger.ts'
export { createMetrics, type Counter, type Gauge, type Histogram, type HistogramOptions, type MetricOptions, type Metrics, type MetricsSetup } from './metrics.ts'
export { currentRequest, requestIdFrom, runWithRequest, type RequestFields } from './request-context.ts'
export { redactText } from './redact.ts'
