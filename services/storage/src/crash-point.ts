import type { CrashPoint } from './domain/receive-object.ts'

/** Kills this process without any clean-up when it comes to the named point; does nothing without a name. Only crash tests set one. */
export function createCrashPoint(wanted: string | undefined): (name: CrashPoint) => void {
  if (wanted === undefined) return () => undefined
  return (name) => {
    if (name === wanted) process.kill(process.pid, 'SIGKILL')
  }
}
