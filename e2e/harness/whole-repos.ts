import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { call, type Session } from './hub-client.ts'
import { inheritedEnv, ROOT } from './hub.ts'
import { run } from './python.ts'

interface TreeEntry {
  readonly type: 'file' | 'directory'
  readonly path: string
  readonly oid: string
  readonly size: number
  readonly lfs?: { readonly oid: string; readonly size: number }
}

/** Items of an array that the hub gives by page. */
export async function pagesOf<T>(session: Session, path: string): Promise<T[]> {
  const found: T[] = []
  for (let next: string | undefined = path; next !== undefined;) {
    const answer = await call(session, 'GET', next)
    expect(answer.status, next).toBe(200)
    found.push(...((await answer.json()) as T[]))
    next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1]?.slice(session.url.length)
  }
  return found
}

/** Every file that main names is there, whole: its bytes have the size and the id that the listing says. Answers how many. */
export async function expectWholeRepo(session: Session, repo: string): Promise<number> {
  const files = (await pagesOf<TreeEntry>(session, `/api/models/${repo}/tree/main?recursive=true`)).filter((entry) => entry.type === 'file')
  for (const file of files) {
    const answer = await call(session, 'GET', `/${repo}/resolve/main/${file.path.split('/').map(encodeURIComponent).join('/')}`)
    expect(answer.status, `${repo} ${file.path}`).toBe(200)
    const bytes = Buffer.from(await answer.arrayBuffer())
    expect(bytes.length, `${repo} ${file.path}`).toBe(file.size)
    const id = file.lfs === undefined ? createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex') : createHash('sha256').update(bytes).digest('hex')
    expect(id, `${repo} ${file.path}`).toBe(file.lfs?.oid ?? file.oid)
  }
  return files.length
}

/** Exports all repos of a stopped hub and lets git check every object of each. */
export async function expectCleanExport(dir: string, atLeast: number): Promise<void> {
  const target = join(dir, 'export')
  const main = join(ROOT, 'services', 'all-in-one', 'src', 'main.ts')
  const env = { ...inheritedEnv(), HEARTH_DATA_DIR: join(dir, 'data'), HEARTH_LOG_LEVEL: 'warn' }
  const done = await run([join(ROOT, 'node_modules', '.bin', 'node'), main, 'export', target], env, 300_000)
  expect(done.code, done.stderr).toBe(0)
  const bare = (await readdir(target, { recursive: true })).filter((name) => name.endsWith('.git'))
  expect(bare.length).toBeGreaterThanOrEqual(atLeast)
  for (const name of bare) {
    const fsck = await run(['git', '-C', join(target, name), 'fsck', '--strict', '--full'], { ...inheritedEnv(), GIT_CONFIG_GLOBAL: '/dev/null' }, 120_000)
    expect(fsck.code, `${name}: ${fsck.stdout}${fsck.stderr}`).toBe(0)
    expect(fsck.stderr).not.toMatch(/missing|broken|error/)
  }
}
