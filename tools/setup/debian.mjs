// Debian packages that measurements and some tests use. They are optional: without them those are left out, saying why.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { findCommand, say } from './checkout.mjs'
import { runCommand } from './command.mjs'

const COMMANDS = { 'git-lfs': 'git-lfs', nginx: 'nginx', wrk: 'wrk', aria2: 'aria2c', faketime: 'faketime', wget: 'wget' }
const TIMEOUT_MS = 4 * 60_000

/** undefined when the package's program is there, or was installed now; else the reason why not. */
export async function ensureDebianPackage(name) {
  const command = COMMANDS[name]
  if (command === undefined) throw new Error(`${name} is not one of the packages that the tools may install`)
  if (findCommand(command, `${process.env.PATH ?? ''}:/usr/sbin`) !== undefined) return undefined
  if (process.getuid?.() !== 0) return `${name} is not installed, and only root may install it`
  const apt = findCommand('apt-get')
  if (apt === undefined) return `${name} is not installed, and this is not a Debian system`
  say(`installing the Debian package ${name}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const install = [apt, 'install', '-y', '-q', '--no-install-recommends', name]
  try {
    if (!hasLists(name)) await runCommand([apt, 'update', '-q'], { env, timeoutMs: TIMEOUT_MS, isQuiet: true })
    await runCommand(install, { env, timeoutMs: TIMEOUT_MS, isQuiet: true })
    return undefined
  } catch (error) {
    return `${name} could not be installed: ${error.message.split('\n').at(-1)}`
  }
}

function hasLists(name) {
  if (!existsSync('/usr/bin/apt-cache')) return false
  try {
    return execFileSync('/usr/bin/apt-cache', ['policy', name], { encoding: 'utf8' }).includes('Candidate:')
  } catch {
    return false
  }
}
