import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { FirstAdminCredentials } from '../domain/first-admin.ts'
import { createPrivateFile, readFileIfThere } from './private-file.ts'

/** Keeps the credentials in a 0600 file and gives back what it holds: a start that was cut off between file and database goes on with the same ones. */
export async function keepFirstAdmin(path: string, credentials: FirstAdminCredentials): Promise<FirstAdminCredentials> {
  await mkdir(dirname(path), { recursive: true })
  if (await createPrivateFile(path, `${JSON.stringify(credentials, undefined, 2)}\n`)) return credentials
  return parse(path, await readFileIfThere(path) ?? '')
}

function parse(path: string, text: string): FirstAdminCredentials {
  try {
    const value: unknown = JSON.parse(text)
    if (isCredentials(value)) return value
  } catch {
    // Said below, without the text: it is a secret.
  }
  throw new Error(`${path} does not hold a user, a password and a token; remove it to have a new one written`)
}

function isCredentials(value: unknown): value is FirstAdminCredentials {
  if (typeof value !== 'object' || value === null) return false
  const { user, password, token }: { user?: unknown; password?: unknown; token?: unknown } = value
  return typeof user === 'string' && typeof password === 'string' && typeof token === 'string'
}
