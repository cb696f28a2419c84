// The official Python clients that the tests run: one virtual environment per pinned requirement file, below .venvs/.
// `node tools/setup/python-env.mjs [lane ...]` builds them by hand; a test tier does it by itself.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CACHE, findCommand, ROOT, say, toolEnv } from './checkout.mjs'
import { runCommand } from './command.mjs'
import { withLock } from './lock.mjs'
import { handToOwner, runTool } from './prepare.mjs'
import { digestOf, hasStamp, writeStamp } from './stamp.mjs'

const VENVS = join(ROOT, '.venvs')
const REQUIREMENTS = join(ROOT, 'tools', 'python')
const INSTALL_TIMEOUT_MS = 5 * 60_000
const OLDEST_PYTHON = [3, 10]

/** Names of all lanes, from their requirement files; a library lane holds more than a client of the Hub, and is large. */
export function laneNames({ hasLibraries = true } = {}) {
  const names = readdirSync(REQUIREMENTS).filter((name) => /^lane-.*\.txt$/.test(name)).map((name) => basename(name, '.txt'))
  return names.filter((name) => hasLibraries || !isLibraryLane(name)).toSorted()
}

function isLibraryLane(name) {
  return !/^lane-[a-z]$/.test(name)
}

/** Builds what is missing. Answers, by name, why a lane could not be built; the tests of that lane are then skipped with this reason. */
export async function preparePython(lanes) {
  const python = findCommand('python3')
  if (python === undefined) return refusalOfAll(lanes, 'python3 was not found on PATH')
  const version = pythonVersion(python)
  if (version === undefined || version[0] !== 3 || version[1] < OLDEST_PYTHON[1]) {
    return refusalOfAll(lanes, `Python ${OLDEST_PYTHON.join('.')} or newer is needed, python3 is ${version?.join('.') ?? 'broken'}`)
  }
  const context = { python, version: version.join('.') }
  const missing = lanes.filter((lane) => !isReady(lane, context))
  if (missing.length === 0) return {}
  return withLock(() => buildAll(missing.filter((lane) => !isReady(lane, context)), context))
}

function refusalOfAll(lanes, reason) {
  return Object.fromEntries(lanes.map((lane) => [lane, reason]))
}

function pythonVersion(python) {
  try {
    return execFileSync(python, ['-c', 'import sys; print(*sys.version_info[:3])'], { encoding: 'utf8', timeout: 20_000 }).trim().split(' ').map(Number)
  } catch {
    return undefined
  }
}

/** The digest holds the folder too: a virtual environment that was moved or copied is broken. */
function laneDigest(lane, { python, version }) {
  const recipe = lane === 'lane-transformers' ? [join(ROOT, 'tools', 'setup', 'torch-stubs.py')] : []
  return digestOf([join(REQUIREMENTS, `${lane}.txt`), ...recipe], [realpathSync(python), version, join(VENVS, lane)])
}

function isReady(lane, context) {
  return hasStamp(join(VENVS, lane, '.stamp'), laneDigest(lane, context)) && existsSync(join(VENVS, lane, 'bin', 'python'))
}

async function buildAll(lanes, context) {
  const refused = {}
  for (const lane of lanes) {
    say(`building the Python environment ${lane}`)
    const folder = join(VENVS, lane)
    try {
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(VENVS, { recursive: true })
      await installLane(folder, join(REQUIREMENTS, `${lane}.txt`), context)
      await finish(folder)
      writeStamp(join(folder, '.stamp'), laneDigest(lane, context))
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      refused[lane] = `its Python environment could not be built: ${shorten(error.message)}`
      say(`${lane}: ${refused[lane]}`)
    }
  }
  handToOwner()
  return refused
}

/** torch from the registry is the CUDA build: without the NVIDIA packages it loads with stand-ins for their libraries. */
async function finish(folder) {
  const python = join(folder, 'bin', 'python')
  const torch = readdirSync(join(folder, 'lib')).map((name) => join(folder, 'lib', name, 'site-packages', 'torch', 'lib')).find((path) => existsSync(path))
  if (torch === undefined || existsSync(join(torch, 'libcudart.so'))) return
  await runPython([python, join(ROOT, 'tools', 'setup', 'torch-stubs.py'), torch])
  await runPython([python, '-c', 'import torch; torch.zeros(1)'])
}

function shorten(message) {
  const lines = message.split('\n').map((line) => line.trim()).filter((line) => line !== '')
  return (lines.findLast((line) => /error|no matching|could not|failed/i.test(line)) ?? lines.at(-1) ?? 'no reason given').slice(0, 300)
}

/** uv where it can be had and reaches an index (a second per lane), else pip (many), which knows the machine's own pip settings. */
async function installLane(folder, requirements, context) {
  try {
    const uv = await installUv(context)
    await runPython([uv, 'venv', '--quiet', '--python', context.python, folder])
    await runPython([uv, 'pip', 'sync', '--quiet', '--python', join(folder, 'bin', 'python'), requirements])
  } catch (error) {
    say(`uv does not work here (${shorten(error.message)}), trying pip`)
    rmSync(folder, { recursive: true, force: true })
    await runPython([context.python, '-m', 'venv', folder])
    await runPython([join(folder, 'bin', 'python'), '-m', 'pip', 'install', '--quiet', '--no-deps', '--disable-pip-version-check', '-r', requirements])
  }
}

async function installUv(context) {
  const folder = join(VENVS, 'tool-uv')
  const requirements = join(REQUIREMENTS, 'tool-uv.txt')
  const digest = digestOf([requirements], [realpathSync(context.python), context.version, folder])
  const uv = join(folder, 'bin', 'uv')
  if (hasStamp(join(folder, '.stamp'), digest) && existsSync(uv)) return uv
  rmSync(folder, { recursive: true, force: true })
  await runPython([context.python, '-m', 'venv', folder])
  await runPython([join(folder, 'bin', 'python'), '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements])
  writeStamp(join(folder, '.stamp'), digest)
  return uv
}

function runPython(argv) {
  const env = { ...toolEnv(), UV_CACHE_DIR: join(CACHE, 'uv'), UV_NO_PROGRESS: '1', UV_SYSTEM_CERTS: '1', PIP_NO_INPUT: '1', PIP_DEFAULT_TIMEOUT: '30' }
  for (const key of ['PYTHONPATH', 'PYTHONHOME', 'VIRTUAL_ENV']) delete env[key]
  return runCommand(argv, { cwd: ROOT, env, timeoutMs: INSTALL_TIMEOUT_MS, isQuiet: true })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runTool(async () => {
    const asked = process.argv.slice(2)
    const refused = await preparePython(asked.length === 0 ? laneNames() : asked)
    return Object.keys(refused).length === 0 ? 0 : 1
  })
}
