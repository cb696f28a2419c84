import { readFile } from 'node:fs/promises'
import { StartRefused } from '@hearth/db'
import { isHearthError } from '@hearth/errors'
import { parseBootstrapDocument, type BootstrapDocument } from './domain/bootstrap-document.ts'

/** The bootstrap document in a file. Throws StartRefused when the file cannot be read or is not valid; the message holds no secret. */
export async function readBootstrapFile(path: string): Promise<BootstrapDocument> {
  try {
    return parseBootstrapDocument(await readFile(path, 'utf8'))
  } catch (error) {
    const problem = isHearthError(error) ? error.message : 'it cannot be read'
    throw new StartRefused(`bootstrap file ${path}: ${problem}`, { cause: error })
  }
}
