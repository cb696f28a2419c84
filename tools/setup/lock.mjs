// One set-up at a time per checkout. The lock is a file that appears with its content (a hard link); a holder that died
// leaves it behind, and the next one takes it away.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CACHE, say, SetupError } from './checkout.mjs'

const LOCK = join(CACHE, 'setup.lock')
const POLL_MS = 200
const PATIENCE_MS = 20 * 60_000

/** Runs `work` while no other set-up of this checkout runs. */
export async function withLock(work) {
  const mine = `${LOCK}.${process.pid}`
  try {
    mkdirSync(CACHE, { recursive: true })
    writeFileSync(mine, identityOf(process.pid))
  } catch (error) {
    throw new SetupError(`this checkout is not ready, and ${CACHE} is not writable (${error.code}). Run "npm run setup" once as the owner of the checkout.`)
  }
  try {
    await acquire(mine)
    try {
      return await work()
    } finally {
      rmSync(LOCK, { force: true })
    }
  } finally {
    rmSync(mine, { force: true })
  }
}

async function acquire(mine) {
  const deadline = Date.now() + PATIENCE_MS
  for (let hasSaid = false; ; ) {
    if (tryLink(mine)) return
    const holder = readHolder()
    if (holder !== undefined && !isAlive(holder)) {
      takeAway(holder)
      continue
    }
    if (Date.now() > deadline) throw new SetupError(`another set-up (process ${holder ?? 'unknown'}) holds ${LOCK} for too long`)
    if (!hasSaid) say('waiting for another set-up of this checkout')
    hasSaid = true
    await delay(POLL_MS)
  }
}

function tryLink(mine) {
  try {
    linkSync(mine, LOCK)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

function readHolder() {
  try {
    return readFileSync(LOCK, 'utf8')
  } catch {
    return undefined
  }
}

/** Removes a dead holder's lock; if somebody else was faster and holds it now, gives it back. */
function takeAway(holder) {
  const aside = `${LOCK}.dead.${process.pid}`
  try {
    renameSync(LOCK, aside)
    if (readFileSync(aside, 'utf8') !== holder) linkSync(aside, LOCK)
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error
  }
  rmSync(aside, { force: true })
}

/** Process id and start time: an id alone may be in use again. */
function identityOf(pid) {
  const stat = statOf(pid)
  return `${pid} ${stat?.startTicks ?? 'unknown'}`
}

function isAlive(holder) {
  const [pid, startTicks] = holder.split(' ')
  const stat = statOf(Number(pid))
  if (stat !== undefined) return stat.state !== 'Z' && (startTicks === 'unknown' || stat.startTicks === startTicks)
  try {
    process.kill(Number(pid), 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0], startTicks: fields[19] }
  } catch {
    return undefined
  }
}
