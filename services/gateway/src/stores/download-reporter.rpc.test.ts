import { expect, test, vi } from 'vitest'
import { createDownloadReporter } from './download-reporter.rpc.ts'

test('sends what is left when it is disposed, each caller once, under the service\'s own token', async () => {
  const countDownloads = vi.fn(async () => ({ counted: 1 }))
  {
    await using reporter = createDownloadReporter({ catalogue: { countDownloads }, serviceToken: async () => 'mine', onLost: () => undefined })
    for (const caller of ['Bearer a', 'Bearer a', '127.0.0.1']) reporter.report('r1', caller)
    expect(countDownloads).not.toHaveBeenCalled()
  }
  const [request, options] = countDownloads.mock.calls[0] as unknown as [{ downloads: { repoId: string; callerKey: string }[] }, unknown]
  expect(request.downloads.map(({ repoId }) => repoId)).toEqual(['r1', 'r1'])
  expect(JSON.stringify(request)).not.toMatch(/Bearer|127/)
  expect(options).toEqual({ actorToken: 'mine' })
})

test('a storage that is away costs the counts and nothing else', async () => {
  const lost: unknown[] = []
  const reporter = createDownloadReporter({ catalogue: { countDownloads: async () => { throw new Error('away') } }, serviceToken: async () => '', onLost: (error) => { lost.push(error) } })
  reporter.report('r1', 'a')
  await reporter[Symbol.asyncDispose]()
  expect(lost).toHaveLength(1)
})
