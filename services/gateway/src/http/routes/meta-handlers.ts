import { HearthError } from '@hearth/errors'
import { ALL_ROUTES, openApiDocument } from '@hearth/hf-api'
import { json, type Handlers } from '../call.ts'
import type { HttpDeps } from '../deps.ts'
import { PAGE_HEADERS, renderStartPage } from '../pages/start-page.ts'

type MetaHandlers = Pick<Handlers, 'startPage' | 'healthz' | 'readyz' | 'metrics' | 'openApi' | 'agentHarnesses' | 'hubTelemetry' | 'xetTelemetry' | 'xorbGrants' | 'badRequest'>

export function createMetaHandlers({ settings, isReady, metricsText }: HttpDeps): MetaHandlers {
  const document = openApiDocument(ALL_ROUTES, settings.version)
  return {
    startPage: async (_input, { origin }) => ({ kind: 'text', body: renderStartPage(origin, settings.version), headers: PAGE_HEADERS }),
    healthz: async () => ({ kind: 'text', body: 'ok\n' }),
    readyz: async () => {
      if (!(await isReady())) throw new HearthError('UNAVAILABLE', 'not ready')
      return { kind: 'text', body: 'ready\n' }
    },
    metrics: async () => ({ kind: 'text', body: await metricsText(), headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } }),
    openApi: async () => json({ ...document }, { 'cache-control': 'public, max-age=300' }),
    // Only a 200 is kept by the official client, for a day; anything else is asked again by every command.
    agentHarnesses: async () => json({ standardEnvVars: [], harnesses: {} }, { 'cache-control': 'public, max-age=86400' }),
    hubTelemetry: async () => ({ kind: 'empty', status: 200 }),
    // Bodies of the sinks are not read: the token that comes with them is not ours, and nothing here may cost time.
    xetTelemetry: async () => ({ kind: 'empty', status: 200 }),
    xorbGrants: async () => { throw new HearthError('NOT_FOUND', 'Xorb grants are not offered: send the xorb itself') },
    badRequest: async () => { throw new HearthError('INVALID_ARGUMENT', 'The address is not validly percent-encoded UTF-8') },
  }
}
