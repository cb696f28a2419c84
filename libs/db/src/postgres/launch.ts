import { execFile, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { chown, readFile, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { promisify } from 'node:util'
import { StartRefused } from '../start-refused.ts'

/**
 * How the server's programs are run. PostgreSQL refuses root, so root runs only these children under another identity:
 * `namespace` maps their uid to another number in a user namespace of their own (files stay `uid`'s on disk), `direct`
 * is a plain process, of user `uid` when that is not our own.
 */
export interface Launch {
  readonly kind: 'direct' | 'namespace'
  readonly uid: number
  readonly gid: number
}

export interface Passwd { readonly name: string; readonly uid: number; readonly gid: number }

/** Uid that a namespace shows to the server; initdb asks for one with a name in /etc/passwd. */
const SYSTEM_USERS = ['postgres', 'hearth', 'nobody']
const PROBE_TIMEOUT_MS = 10_000
const execute = promisify(execFile)

export interface LaunchQuestion {
  /** Must be executable for the server's user. */
  readonly program: string
  /** Must be enterable for the server's user. */
  readonly dataDir: string
  /** The cluster's folder; its owner decides when it exists. */
  readonly clusterDir: string
}

/** The first way that can really run the program and enter the folder; throws StartRefused naming what helps. */
export async function chooseLaunch(question: LaunchQuestion): Promise<Launch> {
  const users = await readPasswd()
  const tried: string[] = []
  for (const launch of candidates(await ownUids(question, users), users)) {
    const problem = await probe(launch, users, question)
    if (problem === undefined) return launch
    tried.push(`${launch.kind} as uid ${launch.uid}: ${problem}`)
  }
  throw new StartRefused(
    `PostgreSQL cannot be run here (${tried.join('; ')}). What helps: run Hearth as an ordinary user, allow user namespaces, `
    + `give the data folder ${question.dataDir} to a user that may enter it, or set HEARTH_DATABASE_URL`,
  )
}

async function ownUids(question: LaunchQuestion, users: readonly Passwd[]): Promise<number[]> {
  const me = process.geteuid?.() ?? 0
  const clusterOwner = await stat(question.clusterDir).then((found) => found.uid, () => undefined)
  if (me !== 0) {
    if (clusterOwner === undefined || clusterOwner === me) return [me]
    throw new StartRefused(`${question.clusterDir} belongs to uid ${clusterOwner}, not to this user (${me})`)
  }
  if (clusterOwner !== undefined) return [clusterOwner]
  const folderOwner = (await stat(question.dataDir)).uid
  const system = SYSTEM_USERS.flatMap((name) => users.filter((user) => user.name === name).map((user) => user.uid))
  return [...new Set([folderOwner, 0, ...system])]
}

function* candidates(uids: readonly number[], users: readonly Passwd[]): Generator<Launch> {
  for (const uid of uids) {
    const user = users.find((one) => one.uid === uid)
    const gid = uid === process.geteuid?.() ? (process.getegid?.() ?? uid) : (user?.gid ?? uid)
    if (uid !== 0 && (user !== undefined || process.platform !== 'linux')) yield { kind: 'direct', uid, gid }
    if (process.platform === 'linux') yield { kind: 'namespace', uid, gid }
  }
}

async function probe(launch: Launch, users: readonly Passwd[], question: LaunchQuestion): Promise<string | undefined> {
  const script = 'test -x "$0" || { echo "cannot reach $0"; exit 3; }; cd "$1" 2>/dev/null || { echo "cannot enter $1"; exit 3; }'
  const { command, args, options } = launchCommand(launch, namespaceUser(users), ['/bin/sh', '-c', script, question.program, question.dataDir])
  try {
    await execute(command, args, { ...options, timeout: PROBE_TIMEOUT_MS })
    return undefined
  } catch (error) {
    return firstLine(error)
  }
}

function firstLine(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error)
  const output = ['stdout', 'stderr', 'message'].map((key) => String(Reflect.get(error, key) ?? '').trim()).find((text) => text !== '')
  return (output ?? 'failed').split('\n')[0] ?? 'failed'
}

interface LaunchCommand {
  readonly command: string
  readonly args: readonly string[]
  readonly options: { readonly uid?: number; readonly gid?: number; readonly env: Record<string, string>; readonly cwd: string }
}

function launchCommand(launch: Launch, inside: Passwd, argv: readonly string[]): LaunchCommand {
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', TMPDIR: tmpdir() }
  const isOther = launch.uid !== process.geteuid?.()
  const options = { env, cwd: '/', ...(isOther ? { uid: launch.uid, gid: launch.gid } : {}) }
  const namespace = ['unshare', '--user', `--map-user=${inside.uid}`, `--map-group=${inside.gid}`]
  const [command = '', ...args] = launch.kind === 'namespace' ? [...namespace, ...argv] : argv
  return { command, args, options }
}

/** Somebody who is not root and whom /etc/passwd knows, as initdb asks for the name of its user. */
function namespaceUser(users: readonly Passwd[]): Passwd {
  const wanted = SYSTEM_USERS.map((name) => users.find((user) => user.name === name))
  return wanted.find((user) => user !== undefined) ?? users.find((user) => user.uid !== 0) ?? { name: '?', uid: 1000, gid: 1000 }
}

/** Starts `argv` the way `launch` says, in a session of its own: a terminal's Ctrl-C is for the hub, which then stops it in order. */
export async function spawnAs(launch: Launch, argv: readonly string[], stdio: SpawnOptions['stdio']): Promise<ChildProcess> {
  const { command, args, options } = launchCommand(launch, namespaceUser(await readPasswd()), argv)
  return spawn(command, args, { ...options, stdio, detached: true })
}

/** Gives a file or folder that we made to the server's user; nothing to do unless that is somebody else. */
export async function giveTo(launch: Launch, path: string): Promise<void> {
  if (launch.uid !== process.geteuid?.()) await chown(path, launch.uid, launch.gid)
}

/** Prefix that sends the child a signal when we die, however we die; empty where there is no setpriv. INT is the server's fast shutdown. */
export async function deathSignalPrefix(signal: 'INT' | 'KILL'): Promise<readonly string[]> {
  const prefix = ['--pdeathsig', signal]
  const works = await execute('setpriv', [...prefix, 'true'], { timeout: PROBE_TIMEOUT_MS }).then(() => true, () => false)
  return works ? ['setpriv', ...prefix] : []
}

async function readPasswd(): Promise<Passwd[]> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '')
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':')
    return name === undefined || uid === undefined || gid === undefined ? [] : [{ name, uid: Number(uid), gid: Number(gid) }]
  })
}
