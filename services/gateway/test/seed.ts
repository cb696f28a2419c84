import type { TestGateway } from './test-gateway.ts'

export const CARD = '---\nlicense: mit\nlanguage: [no, en]\ntags: [on, 12:30:00]\n---\n# Card\n'
export const CONFIG = '{"model_type":"bert","architectures":["BertForMaskedLM"],"x":NaN}'

/** NDJSON of a commit. */
export function commitBody(lines: readonly { readonly key: string; readonly value: unknown }[], header: Readonly<Record<string, unknown>> = {}): string {
  return [{ key: 'header', value: { summary: 'add files', description: 'more', ...header } }, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('')
}

export function fileLine(path: string, content: string): { key: string; value: unknown } {
  return { key: 'file', value: { path, content: Buffer.from(content).toString('base64'), encoding: 'base64' } }
}

/** Creates `team/<name>` with a card, a config and a folder; answers its head. */
export async function seedRepo(gateway: TestGateway, { name = 'm', type = 'model', isPrivate = false } = {}): Promise<string> {
  const created = await gateway.call('POST', '/api/repos/create', { token: 'hf_anaWrite', body: JSON.stringify({ name, organization: 'team', type, private: isPrivate, ...(type === 'space' ? { sdk: 'static' } : {}) }) })
  if (created.status !== 200) throw new Error(`create: ${created.status} ${await created.text()}`)
  const body = commitBody([fileLine('README.md', CARD), fileLine('config.json', CONFIG), fileLine('dir/a b.txt', 'hello'), fileLine('empty', '')])
  const committed = await gateway.call('POST', `/api/${type}s/team/${name}/commit/main`, { token: 'hf_anaWrite', body, headers: { 'content-type': 'application/x-ndjson' } })
  if (committed.status !== 200) throw new Error(`commit: ${committed.status} ${await committed.text()}`)
  return ((await committed.json()) as { commitOid: string }).commitOid
}
