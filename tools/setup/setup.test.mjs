import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** A checkout of its own, with nothing but the set-up. */
let root
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'hearth-setup-'))
  cpSync(import.meta.dirname, join(root, 'tools', 'setup'), { recursive: true })
  writeFileSync(join(root, 'package.json'), '{"workspaces":[]}')
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

function start(source, env = process.env) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const done = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => { done.stdout += chunk })
  child.stderr.on('data', (chunk) => { done.stderr += chunk })
  return { child, ended: once(child, 'close').then(([code, signal]) => ({ ...done, code, signal })), done }
}

const HOLD = (name, ms) => `
  import { appendFileSync } from 'node:fs'
  import { setTimeout as delay } from 'node:timers/promises'
  import { withLock } from './tools/setup/lock.mjs'
  await withLock(async () => {
    appendFileSync('trace', '${name}+ ')
    console.log('in')
    await delay(${ms})
    appendFileSync('trace', '${name}- ')
  })`

test('several set-ups at once take turns', async () => {
  const all = await Promise.all(['a', 'b', 'c', 'd'].map((name) => start(HOLD(name, 50)).ended))
  expect(all.map((one) => one.code)).toEqual([0, 0, 0, 0])
  const trace = readFileSync(join(root, 'trace'), 'utf8').trim().split(' ')
  expect(trace).toHaveLength(8)
  for (let at = 0; at < 8; at += 2) expect(trace[at + 1]).toBe(trace[at].replace('+', '-'))
})

test('the lock of a killed set-up is taken away', async () => {
  const dead = start(HOLD('dead', 60_000))
  await once(dead.child.stdout, 'data')
  const waiting = ['e', 'f', 'g'].map((name) => start(HOLD(name, 20)).ended)
  dead.child.kill('SIGKILL')
  expect((await Promise.all(waiting)).map((one) => one.code)).toEqual([0, 0, 0])
})

test('says what the machine lacks, in one line and with 78', async () => {
  const done = await start("process.argv[1] = 'x'; await import('./tools/setup/setup.mjs')", { ...process.env, PATH: '/nowhere' }).ended
  expect(done.code).toBe(78)
  expect(done.stdout).toBe('')
  expect(done.stderr).toMatch(/^hearth set-up: not found on PATH: npm .*, git .*, python3 .*\n$/)
})

test('a digest knows the name, the content and the absence of a file', async () => {
  const { digestOf } = await import('./stamp.mjs')
  const file = join(root, 'one')
  const absent = digestOf([file])
  writeFileSync(file, 'a')
  expect(new Set([absent, digestOf([file]), digestOf([file], ['word']), digestOf([join(root, 'package.json')])]).size).toBe(4)
})
