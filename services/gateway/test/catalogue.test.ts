import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedRepo } from './seed.ts'
import { startTestGateway, type TestGateway } from './test-gateway.ts'

describe('info and lists', () => {
  let gateway: TestGateway
  let head: string
  beforeAll(async () => {
    gateway = await startTestGateway()
    head = await seedRepo(gateway)
    await seedRepo(gateway, { name: 'hidden', isPrivate: true })
    for (const name of ['l1', 'l2', 'l3']) await seedRepo(gateway, { name, type: 'dataset' })
  })
  afterAll(async () => { await gateway[Symbol.asyncDispose]() })
  const get = async (path: string, token?: string): Promise<Record<string, unknown>> => (await gateway.call('GET', path, { token })).json() as Promise<Record<string, unknown>>

  test('tells everything about a model', async () => {
    const info = await get('/api/models/team/m')
    expect(info).toMatchObject({
      _id: expect.stringMatching(/^[0-9a-f]{24}$/), id: 'team/m', modelId: 'team/m', author: 'team', sha: head, private: false, gated: false, disabled: false, downloads: 3, likes: 1,
      createdAt: '2026-01-02T03:04:05.006Z', lastModified: '2026-01-02T03:04:06.007Z', usedStorage: 10, pipeline_tag: 'fill-mask', library_name: 'transformers',
      cardData: { license: 'mit', language: ['no', 'en'], tags: ['on', '12:30:00'] }, config: { model_type: 'bert', architectures: ['BertForMaskedLM'] },
      transformersInfo: { auto_model: 'AutoModelForMaskedLM', pipeline_tag: 'fill-mask' }, mask_token: '[MASK]', trendingScore: 7, spaces: ['team/app'],
      siblings: [{ rfilename: '.gitattributes' }, { rfilename: 'README.md' }, { rfilename: 'config.json' }, { rfilename: 'dir/a b.txt' }, { rfilename: 'empty' }],
    })
    expect(info['tags']).toEqual(['transformers', 'bert', 'fill-mask', 'on', '12:30:00', 'no', 'en', 'license:mit'])
  })

  test('adds sizes and ids with blobs=true in every spelling', async () => {
    for (const query of ['blobs=true', 'blobs=True', 'blobs=1']) {
      const info = await get(`/api/models/team/m/revision/main?${query}`)
      expect(info['siblings']).toContainEqual({ rfilename: 'empty', size: 0, blobId: 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391' })
    }
  })

  test.each(['expand=sha&expand=gated', 'expand[]=sha&expand[]=gated', 'expand=sha&expand=gated&expand=gguf'])('answers %s with these and the ids only', async (query) => {
    expect(Object.keys(await get(`/api/models/team/m?${query}`)).toSorted()).toEqual(['_id', 'gated', 'id', 'sha'])
  })

  test('names what expand may be', async () => {
    const answer = await gateway.call('GET', '/api/datasets/team/l1?expand=nope')
    expect(answer.status).toBe(400)
    expect(((await answer.json()) as { error: string }).error).toBe('"expand" must be one of [author, cardData, citation, createdAt, description, disabled, downloads, downloadsAllTime, gated, lastModified, likes, mainSize, paperswithcode_id, private, resourceGroup, sha, siblings, tags, trendingScore, usedStorage, xetEnabled]')
  })

  test('reads revisions in every spelling, and says when there is none', async () => {
    for (const revision of ['main', head, head.slice(0, 8)]) expect(await get(`/api/models/team/m/revision/${revision}`)).toMatchObject({ sha: head })
    const missing = await gateway.call('GET', '/api/models/team/m/revision/nope')
    expect([missing.status, missing.headers.get('x-error-code')]).toEqual([404, 'RevisionNotFound'])
  })

  test('lists what the caller may see, with an absolute link to the next page', async () => {
    const first = await gateway.call('GET', '/api/datasets?author=team&search=l&limit=2&sort=createdAt&direction=-1')
    expect(((await first.json()) as { id: string }[]).map(({ id }) => id)).toEqual(['team/l1', 'team/l2'])
    const link = /^<(.*)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1] ?? ''
    expect(link).toBe(`${gateway.url}/api/datasets?author=team&search=l&limit=2&sort=createdAt&direction=-1&cursor=2`)
    const second = await fetch(link)
    expect(((await second.json()) as { id: string }[]).map(({ id }) => id)).toEqual(['team/l3'])
    expect(second.headers.get('link')).toBeNull()
    const ids = async (token?: string): Promise<string[]> => ((await (await gateway.call('GET', '/api/models', { token })).json()) as { id: string }[]).map(({ id }) => id)
    expect([await ids(), await ids('hf_boWrite'), await ids('hf_miaWrite')]).toEqual([['team/m'], ['team/m'], ['team/m', 'team/hidden']])
  })

  test('gives details in a list when they are asked for', async () => {
    const read = async (query: string): Promise<unknown> => ((await (await gateway.call('GET', `/api/models?${query}`)).json()) as unknown[])[0]
    expect(await read('full=true')).toMatchObject({ id: 'team/m', tags: expect.arrayContaining(['license:mit']), pipeline_tag: 'fill-mask', siblings: expect.any(Array) })
    expect(await read('cardData=True')).toMatchObject({ cardData: { license: 'mit' } })
    expect(Object.keys((await read('expand=pipeline_tag&expand=private')) as object).toSorted()).toEqual(['_id', 'id', 'pipeline_tag', 'private'])
  })

  test('rows carry tags, task and library without being asked, and no files', async () => {
    const [row] = (await (await gateway.call('GET', '/api/models')).json()) as Record<string, unknown>[]
    expect(row).toMatchObject({ id: 'team/m', tags: expect.arrayContaining(['no']), pipeline_tag: 'fill-mask', library_name: 'transformers', downloads: 3, likes: 1, trendingScore: 7, private: false, gated: false })
    expect(row).not.toHaveProperty('siblings')
    expect(row).not.toHaveProperty('cardData')
  })

  test.each([
    ['models?filter=no', ['team/m']], ['models?filter=no&filter=license:mit&filter=bert', ['team/m']], ['models?filter=no,en', ['team/m']], ['models?filter[]=fr', []], ['models?license=mit&language=en&library=transformers&task=fill-mask', ['team/m']],
    ['models?pipeline_tag=fill-mask&apps=ollama', ['team/m']], ['models?pipeline_tag=text-generation', []], ['datasets?language=no&filter=license:mit&limit=1', ['team/l1']], ['models?inference=warm', []], ['models?inference_provider=all', []],
  ])('filters /api/%s', async (path, expected) => {
    expect(((await (await gateway.call('GET', `/api/${path}`)).json()) as { id: string }[]).map(({ id }) => id)).toEqual(expected)
  })

  test('tells the tags of public repos by group', async () => {
    for (const kind of ['models', 'datasets']) {
      expect(await get(`/api/${kind}-tags-by-type`)).toEqual({
        pipeline_tag: [{ id: 'fill-mask', label: 'fill-mask', type: 'pipeline_tag' }], language: [{ id: 'no', label: 'Norwegian', type: 'language' }], license: [{ id: 'license:mit', label: 'mit', type: 'license' }],
      })
    }
  })

  test('shows weights, or why they are none', async () => {
    const repo = gateway.world.repos.find(({ name }) => name === 'm')!
    repo.weights = { counts: [{ dtype: 'F32', parameters: 9_007_199_254_740_991n }], total: 9_007_199_254_740_991n, invalidReason: undefined }
    expect(await get('/api/models/team/m?expand=safetensors')).toMatchObject({ safetensors: { parameters: { F32: 9_007_199_254_740_991 }, total: 9_007_199_254_740_991 } })
    repo.weights = { counts: [], total: 0n, invalidReason: 'model.safetensors: cut off' }
    expect((await get('/api/models/team/m'))['safetensors']).toEqual({ parameters: {}, total: 0, verdict: 'invalid', reason: 'model.safetensors: cut off' })
  })

  test('a space says where it would run', async () => {
    await seedRepo(gateway, { name: 'My.App', type: 'space' })
    expect(await get('/api/spaces/team/My.App')).toMatchObject({ sdk: 'static', subdomain: 'team-my-app', runtime: { stage: 'NO_APP_FILE', hardware: { current: null } } })
    expect(await get('/api/spaces/team/My.App')).not.toHaveProperty('host')
    await using served = await startTestGateway({ contentOrigin: 'http://spaces.example.org:81' })
    await seedRepo(served, { name: 'app', type: 'space' })
    expect(await (await served.call('GET', '/api/spaces/team/app')).json()).toMatchObject({ host: 'http://team-app.spaces.example.org:81' })
  })

  test.each([['sort=nope', 400], ['limit=x', 400], ['filter=no', 200], ['limit=0', 200], ['num_parameters=min:6B,max:128B', 200], ['num_parameters=max:0.5T', 200], ['num_parameters=6B', 400], ['expand=nope', 400], ['limit=0&expand=nope', 400]])('answers %s with %i', async (query, status) => {
    expect((await gateway.call('GET', `/api/models?${query}`)).status).toBe(status)
  })
})
