import { spawn } from 'node:child_process'

const KILL_AFTER_MS = 10_000

/**
 * Runs a command to its end; both its streams go to stderr, stdout stays clean. Answers the last of what it wrote.
 * Throws when it fails, with that text as the message.
 */
export async function runCommand(argv, { cwd, env, timeoutMs = 15 * 60_000, isQuiet = false }) {
  const [command, ...args] = argv
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let tail = ''
  const take = (chunk) => {
    tail = (tail + chunk).slice(-4000)
    if (!isQuiet) process.stderr.write(chunk)
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const pass = (signal) => child.kill(signal)
  process.on('SIGINT', pass).on('SIGTERM', pass)
  const timer = setTimeout(() => {
    child.kill('SIGTERM')
    setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS).unref()
  }, timeoutMs)
  try {
    await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => (code === 0 ? resolve() : reject(new Error(`${command} ended with ${code ?? signal}: ${tail.trim()}`))))
    })
    return tail
  } finally {
    clearTimeout(timer)
    process.off('SIGINT', pass).off('SIGTERM', pass)
  }
}

/**
 * Runs the program that this process stands for: its streams, its signals and its end are ours.
 * Answers the exit code; 128 + number when a signal ended it.
 */
export async function runInPlace(argv, { cwd, env }) {
  const [command, ...args] = argv
  const child = spawn(command, args, { cwd, env, stdio: 'inherit' })
  // A terminal sends SIGINT to the child by itself; a second one would read as impatience.
  const isFromTerminal = process.stdin.isTTY === true
  const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
    const handler = () => {
      if (!(isFromTerminal && signal === 'SIGINT')) child.kill(signal)
    }
    process.on(signal, handler)
    return [signal, handler]
  })
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code, signal) => resolve(code ?? 128 + (SIGNAL_NUMBERS[signal] ?? 1)))
    })
  } finally {
    for (const [signal, handler] of handlers) process.off(signal, handler)
  }
}

const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 }
