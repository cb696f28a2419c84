import { z } from 'zod'
import { route } from '../route.ts'
import { acknowledged } from '../schemas.ts'

const SINCE = '0.1.0'

export const META_ROUTES = {
  startPage: route({
    id: 'startPage', method: 'GET', path: '/', summary: 'How to connect to this hub', response: { kind: 'html' }, errors: [], permission: 'public', since: SINCE,
    example: () => ({ path: '/' }),
  }),
  healthz: route({
    id: 'healthz', method: 'GET', path: '/healthz', summary: 'The process is alive', response: { kind: 'text' }, errors: [], permission: 'public', isBeforeAuth: true, since: SINCE,
    example: () => ({ path: '/healthz' }),
  }),
  readyz: route({
    id: 'readyz', method: 'GET', path: '/readyz', summary: 'The process takes requests', response: { kind: 'text' }, errors: ['UNAVAILABLE'], permission: 'public', isBeforeAuth: true, since: SINCE,
    example: () => ({ path: '/readyz' }),
  }),
  metrics: route({
    id: 'metrics', method: 'GET', path: '/metrics', summary: 'Prometheus metrics', response: { kind: 'text' }, errors: [], permission: 'public', isBeforeAuth: true, since: SINCE,
    example: () => ({ path: '/metrics' }),
  }),
  openApi: route({
    id: 'openApi', method: 'GET', path: '/.well-known/openapi.json', summary: 'This interface as OpenAPI 3.1', response: { kind: 'json', schema: acknowledged }, errors: [],
    permission: 'public', isBeforeAuth: true, since: SINCE,
    example: () => ({ path: '/.well-known/openapi.json' }),
  }),
  agentHarnesses: route({
    id: 'agentHarnesses', method: 'GET', path: '/api/agent-harnesses', summary: 'Registry that the official client reads once a day',
    response: { kind: 'json', schema: z.object({ standardEnvVars: z.array(z.string()), harnesses: z.record(z.string(), z.unknown()) }) },
    errors: [], permission: 'public', isBeforeAuth: true, since: SINCE,
    example: () => ({ path: '/api/agent-harnesses' }),
  }),
  hubTelemetry: route({
    id: 'hubTelemetry', method: 'HEAD', path: '/api/telemetry/{topic?}', summary: 'Swallows telemetry of the official client', params: z.object({ topic: z.string().optional() }),
    response: { kind: 'empty' }, errors: [], permission: 'public', isBeforeAuth: true, since: SINCE,
    example: () => ({ path: '/api/telemetry/huggingface_hub/whoami' }),
  }),
  xetTelemetry: route({
    id: 'xetTelemetry', method: 'POST', path: '/v1/telemetry', summary: 'Swallows telemetry of hf_xet, which drops the path of casUrl', response: { kind: 'empty' }, errors: [],
    permission: 'public', isBeforeAuth: true, since: SINCE,
    example: () => ({ path: '/v1/telemetry', contentType: 'application/json', body: '{}' }),
  }),
  xorbGrants: route({
    id: 'xorbGrants', method: 'ALL', path: '/v1/xorb-grants', summary: 'Always 404: tells hf_xet to send xorbs the direct way', response: { kind: 'empty' }, errors: ['NOT_FOUND'],
    permission: 'public', isBeforeAuth: true, since: SINCE,
    example: () => ({ method: 'POST', path: '/v1/xorb-grants/default/00', contentType: 'application/json', body: '{}' }),
  }),
  badRequest: route({
    id: 'badRequest', method: 'ALL', path: '/@bad-request', summary: 'Where unreadable addresses end', response: { kind: 'empty' }, errors: ['INVALID_ARGUMENT'],
    permission: 'public', isBeforeAuth: true, since: SINCE,
    example: () => ({ method: 'GET', path: '/api/models/%zz' }),
  }),
}
