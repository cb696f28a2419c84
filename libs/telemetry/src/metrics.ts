import { collectDefaultMetrics, Counter as PromCounter, Gauge as PromGauge, Histogram as PromHistogram, Registry } from 'prom-client'

type Labels = Readonly<Record<string, string>>

export interface Counter { add(count: number, labels?: Labels): void }
export interface Gauge { set(value: number, labels?: Labels): void; add(change: number, labels?: Labels): void }
export interface Histogram { observe(value: number, labels?: Labels): void }

export interface MetricOptions {
  /** `hearth_<service>_<noun>_<unit>`; counters end with `_total`. */
  readonly name: string
  readonly help: string
  /** Every label with the values it can have; another value is counted as `other`, so that labels stay bounded. */
  readonly labels?: Readonly<Record<string, readonly string[]>>
}

export interface HistogramOptions extends MetricOptions {
  /** Upper bounds; default: 1 ms to 60 s. */
  readonly buckets?: readonly number[]
}

/** A Prometheus registry. Asking twice for one name gives the same metric. */
export interface Metrics {
  counter(options: MetricOptions): Counter
  gauge(options: MetricOptions): Gauge
  histogram(options: HistogramOptions): Histogram
  /** The text of `/metrics`. */
  text(): Promise<string>
  readonly contentType: string
}

const NAME = /^hearth_[a-z0-9_]+$/
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

export interface MetricsSetup {
  /** Also CPU, memory, event-loop delay and garbage collection of the process. Default true. */
  readonly withProcess?: boolean
}

export function createMetrics(setup: MetricsSetup = {}): Metrics {
  const registry = new Registry()
  if (setup.withProcess ?? true) collectDefaultMetrics({ register: registry })
  const known = new Map<string, unknown>()
  const once = <M>(options: MetricOptions, make: () => M): M => {
    if (!NAME.test(options.name)) throw new TypeError(`a metric is named hearth_..., not ${options.name}`)
    if (!known.has(options.name)) known.set(options.name, make())
    return known.get(options.name) as M
  }
  return {
    counter: (options) => once(options, () => counter(registry, options)),
    gauge: (options) => once(options, () => gauge(registry, options)),
    histogram: (options) => once(options, () => histogram(registry, options)),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

function counter(registry: Registry, options: MetricOptions): Counter {
  const metric = new PromCounter(promOptions(registry, options))
  const bounded = boundLabels(options)
  return { add: (count, labels) => metric.inc(bounded(labels), count) }
}

function gauge(registry: Registry, options: MetricOptions): Gauge {
  const metric = new PromGauge(promOptions(registry, options))
  const bounded = boundLabels(options)
  return { set: (value, labels) => metric.set(bounded(labels), value), add: (change, labels) => metric.inc(bounded(labels), change) }
}

function histogram(registry: Registry, options: HistogramOptions): Histogram {
  const metric = new PromHistogram({ ...promOptions(registry, options), buckets: [...(options.buckets ?? SECONDS)] })
  const bounded = boundLabels(options)
  return { observe: (value, labels) => metric.observe(bounded(labels), value) }
}

function promOptions(registry: Registry, options: MetricOptions) {
  return { name: options.name, help: options.help, labelNames: Object.keys(options.labels ?? {}), registers: [registry] }
}

function boundLabels(options: MetricOptions): (labels: Labels | undefined) => Record<string, string> {
  const allowed = Object.entries(options.labels ?? {}).map(([name, values]) => [name, new Set(values)] as const)
  return (labels) => Object.fromEntries(allowed.map(([name, values]) => {
    const value = labels?.[name] ?? 'other'
    return [name, values.has(value) ? value : 'other']
  }))
}
