import { expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'

test('counters, gauges and histograms appear in the text', async () => {
  const metrics = createMetrics({ withProcess: false })
  metrics.counter({ name: 'hearth_storage_uploads_total', help: 'Uploads', labels: { backend: ['fs', 's3'] } }).add(2, { backend: 'fs' })
  metrics.gauge({ name: 'hearth_storage_open_uploads', help: 'Open uploads' }).set(7)
  metrics.histogram({ name: 'hearth_http_request_seconds', help: 'Requests' }).observe(0.004)
  const text = await metrics.text()
  expect(text).toContain('hearth_storage_uploads_total{backend="fs"} 2')
  expect(text).toContain('hearth_storage_open_uploads 7')
  expect(text).toContain('hearth_http_request_seconds_bucket{le="0.005"} 1')
})

test('a label value that was not declared is counted as other', async () => {
  const metrics = createMetrics({ withProcess: false })
  const uploads = metrics.counter({ name: 'hearth_uploads_total', help: 'Uploads', labels: { backend: ['fs'] } })
  for (const backend of ['fs', 'repo-1', 'repo-2']) uploads.add(1, { backend })
  const text = await metrics.text()
  expect(text).toContain('{backend="other"} 2')
  expect(text).not.toContain('repo-')
})

test('one name is one metric, and names are ours', async () => {
  const metrics = createMetrics({ withProcess: false })
  const make = () => metrics.counter({ name: 'hearth_twice_total', help: 'Twice' })
  make().add(1)
  make().add(1)
  expect(await metrics.text()).toContain('hearth_twice_total 2')
  expect(() => metrics.counter({ name: 'http_total', help: '' })).toThrow('hearth_')
})

test('the process can be watched', async () => {
  expect(await createMetrics().text()).toContain('process_resident_memory_bytes')
})
