// Where things are in this checkout, and how the set-up speaks. Plain JavaScript without dependencies: it runs on the
// machine's own Node 20 or newer, before anything is installed.
import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { delimiter, dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
export const MODULES = join(ROOT, 'node_modules')
/** Everything the tools keep between runs, inside the checkout and git-ignored. */
export const CACHE = join(ROOT, '.cache')

/** A problem of the machine that the user can solve: printed without a stack trace, exit code 78. */
export class SetupError extends Error {}

/** Progress and warnings; stdout belongs to the program that is started. */
export function say(line) {
  process.stderr.write(`hearth set-up: ${line}\n`)
}

/** The Node that everything runs on after the install, by its real path; undefined where npm has none for this platform. */
export function installedNode() {
  const path = join(MODULES, `node-${process.platform}-${process.arch}`, 'bin', 'node')
  return existsSync(path) ? path : undefined
}

/** First file of this name on PATH that may be executed. */
export function findCommand(name, path = process.env.PATH ?? '') {
  return path.split(delimiter).map((folder) => join(folder || '.', name)).find((file) => {
    try {
      accessSync(file, constants.X_OK)
      return statSync(file).isFile()
    } catch {
      return false
    }
  })
}

/** PATH without this checkout's own bin folders: an install replaces the files behind them while it runs. */
export function machinePath() {
  const own = join('node_modules', '.bin')
  return (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.endsWith(sep + own) && folder !== own).join(delimiter)
}

/** Environment for npm and pip: what an enclosing npm added is taken out, caches go where this user may write. */
export function toolEnv() {
  const env = { ...process.env, PATH: machinePath() }
  for (const key of Object.keys(env)) {
    if (/^npm_(lifecycle|package|command|execpath|node_execpath)/.test(key) || ENCLOSING_NPM.has(key)) delete env[key]
  }
  if (!hasUsableHome()) {
    mkdirSync(CACHE, { recursive: true })
    env.HOME = CACHE
    env.npm_config_cache = join(CACHE, 'npm')
  }
  return env
}

const ENCLOSING_NPM = new Set([
  'INIT_CWD', 'NODE', 'NODE_ENV', 'npm_config_prefix', 'npm_config_local_prefix', 'npm_config_global_prefix', 'npm_config_workspace',
  'npm_config_workspaces', 'npm_config_omit', 'npm_config_include', 'npm_config_production', 'npm_config_ignore_scripts', 'npm_config_dry_run',
  'npm_config_node_gyp', 'npm_config_global', 'npm_config_loglevel', 'npm_config_silent',
])

function hasUsableHome() {
  try {
    accessSync(homedir(), constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** Refuses early, and names the reason, where an install could only fail half-way. */
export function assertWritable(what) {
  try {
    accessSync(ROOT, constants.W_OK)
    if (existsSync(MODULES)) accessSync(MODULES, constants.W_OK)
  } catch {
    throw new SetupError(`${what} is needed, but ${ROOT} is not writable for ${userName()}. Run "npm run setup" once as its owner.`)
  }
}

function userName() {
  try {
    return `user ${userInfo().username}`
  } catch {
    return `user id ${process.getuid?.() ?? 'unknown'}`
  }
}
