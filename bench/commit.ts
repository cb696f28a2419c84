import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { commitFiles, createRepo, type CommitFile, type Session } from '../e2e/harness/hub-client.ts'
import { inheritedEnv, type Hub } from '../e2e/harness/hub.ts'
import { cpuSeconds, processTree } from '../e2e/harness/processes.ts'
import { run } from '../e2e/harness/python.ts'
import { median, type Row } from './measure.ts'

const GIT_ENV = { ...inheritedEnv(), GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }

/** Commits through the HTTP API beside one `git fast-import` process per commit and one kept open with a checkpoint per commit. */
export async function benchCommits(hub: Hub, session: Session, work: string): Promise<Row[]> {
  const rows: Row[] = []
  for (const [files, rounds] of [[1, 60], [1000, 7]] as const) {
    const repo = `ana/bench-commit-${files}`
    await createRepo(session, repo)
    const bare = join(work, `commit-${files}.git`)
    await initBare(bare)
    await using open = await openFastImport(join(work, `open-${files}.git`))
    const hearth: number[] = []
    const perProcess: number[] = []
    const kept: number[] = []
    const cpuBefore = await cpuSeconds(await processTree(hub.pid))
    for (let round = 0; round < rounds; round += 1) {
      const changes = Array.from({ length: files }, (_, index): CommitFile & { content: Buffer } => ({ path: `d${index % 20}/f${round}-${index}.txt`, content: randomBytes(200) }))
      hearth.push(await timed(() => commitFiles(session, repo, changes)))
      perProcess.push(await timed(() => fastImportOnce(bare, stream(changes, round))))
      kept.push(await timed(() => open.commit(stream(changes, round))))
    }
    const cpu = (await cpuSeconds(await processTree(hub.pid)) - cpuBefore) / rounds
    const [a, b, c] = [median(hearth), median(perProcess), median(kept)]
    rows.push({
      what: `commit of ${files} file${files === 1 ? '' : 's'} over HTTP`, hearth: `${a.toFixed(1)} ms, ${(cpu * 1000).toFixed(1)} ms CPU`,
      peer: `git fast-import ${b.toFixed(1)} ms a process, ${c.toFixed(1)} ms kept open`, ratio: `${(b / a).toFixed(2)}; ${(c / a).toFixed(2)}`, verdict: 'no floor set',
    })
  }
  return rows
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

async function initBare(path: string): Promise<void> {
  await mkdir(path, { recursive: true })
  const done = await run(['git', 'init', '-q', '--bare', '-b', 'main', path], GIT_ENV, 10_000)
  if (done.code !== 0) throw new Error(done.stderr)
}

function stream(files: readonly { path: string; content: Buffer }[], round: number): Buffer {
  const message = `round ${round}`
  const parts: Buffer[] = [Buffer.from(`commit refs/heads/main\ncommitter A <a@example.org> ${1_700_000_000 + round} +0000\ndata ${message.length}\n${message}\n${round === 0 ? '' : 'from refs/heads/main^0\n'}`)]
  for (const file of files) parts.push(Buffer.from(`M 100644 inline ${file.path}\ndata ${file.content.length}\n`), file.content, Buffer.from('\n'))
  return Buffer.concat(parts)
}

async function fastImportOnce(bare: string, input: Buffer): Promise<void> {
  const child = spawn('git', ['-C', bare, '-c', 'core.fsync=all', 'fast-import', '--quiet', '--force'], { env: GIT_ENV, stdio: ['pipe', 'ignore', 'inherit'] })
  child.stdin.end(input)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`fast-import ended with ${code}`))))
  await promise
}

interface OpenImport extends AsyncDisposable {
  commit(input: Buffer): Promise<void>
}

async function openFastImport(bare: string): Promise<OpenImport> {
  await initBare(bare)
  const child = spawn('git', ['-C', bare, '-c', 'core.fsync=all', 'fast-import', '--quiet', '--force'], { env: GIT_ENV, stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  let waiting: (() => void) | undefined
  lines.on('line', () => waiting?.())
  let count = 0
  return {
    async commit(input) {
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting = resolve
      count += 1
      child.stdin.write(Buffer.concat([input, Buffer.from(`checkpoint\nprogress ${count}\n\n`)]))
      await promise
    },
    async [Symbol.asyncDispose]() {
      const { promise, resolve } = Promise.withResolvers<void>()
      child.once('close', () => resolve())
      child.stdin.end()
      await promise
    },
  }
}
