import { expect, test } from 'vitest'
import { parseModelConfig, summariseModelConfig } from './model-config.ts'

test('reads what Python writes: NaN, infinities, a BOM', () => {
  const text = '\ufeff{"model_type":"mamba2","architectures":["M"],"time_step_limit":[0.0, Infinity],"x":NaN,"y":-Infinity,"s":"NaN \\"Infinity\\""}'
  const config = parseModelConfig(text)
  expect(config).toEqual({ model_type: 'mamba2', architectures: ['M'], time_step_limit: [0, null], x: null, y: null, s: 'NaN "Infinity"' })
  expect(summariseModelConfig(config ?? {})).toEqual({ model_type: 'mamba2', architectures: ['M'] })
})

test.each(['', '{"a":', '[1]', '"x"', 'null', `{"a":"${'x'.repeat(2 << 20)}"}`])('gives nothing for %#', (text) => {
  expect(parseModelConfig(text)).toBeUndefined()
})
