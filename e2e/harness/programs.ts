import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

/** Where programs are looked for; Debian keeps servers in /usr/sbin. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin']

export function findProgram(name: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** Skips the running test, saying why, when the program is not on this machine. Answers its path. */
export function needProgram(name: string, skip: (note: string) => void, debianPackage = name): string {
  const path = findProgram(name)
  if (path === undefined) skip(process.env[`HEARTH_TEST_MISSING_${debianPackage.toUpperCase().replaceAll('-', '_')}`] ?? `${name} is not installed`)
  return path ?? ''
}
