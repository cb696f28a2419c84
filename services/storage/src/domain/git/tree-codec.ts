import { HearthError } from '@hearth/errors'
import type { GitOid } from '@hearth/ids'

/** The entry modes that git writes; nothing else is stored. */
export const MODE = { file: 0o100644, executable: 0o100755, symlink: 0o120000, folder: 0o40000, submodule: 0o160000 } as const
export type TreeMode = (typeof MODE)[keyof typeof MODE]

export interface TreeItem {
  readonly name: string
  readonly mode: TreeMode
  readonly oid: GitOid
}

const MODES: ReadonlySet<number> = new Set(Object.values(MODE))
const OID_BYTES = 20
const SPACE = 0x20

/** git's order: by bytes of the name, a folder as if its name ended in "/". */
export function compareTreeItems(a: Pick<TreeItem, 'name' | 'mode'>, b: Pick<TreeItem, 'name' | 'mode'>): number {
  return compareByBytes(sortKey(a), sortKey(b))
}

export function sortKey(item: Pick<TreeItem, 'name' | 'mode'>): string {
  return item.mode === MODE.folder ? `${item.name}/` : item.name
}

/** The order of the UTF-8 bytes. UTF-16 order differs from it only where surrogates meet U+E000 and above. */
export function compareByBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index)
    const right = b.charCodeAt(index)
    if (left !== right) return rank(left) - rank(right)
  }
  return a.length - b.length
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}

/** Bytes of a tree object; the items must be in git's order already. */
export function encodeTree(items: readonly TreeItem[]): Buffer {
  let size = 0
  for (const item of items) size += modeText(item.mode).length + 2 + Buffer.byteLength(item.name) + OID_BYTES
  const data = Buffer.allocUnsafe(size)
  let at = 0
  for (const item of items) {
    at += data.write(modeText(item.mode), at, 'latin1')
    data[at] = SPACE
    at += 1 + data.write(item.name, at + 1, 'utf8')
    data[at] = 0
    at += 1 + data.write(item.oid, at + 1, OID_BYTES, 'hex')
  }
  return data
}

function modeText(mode: TreeMode): string {
  return mode.toString(8)
}

/** Strict: known modes, UTF-8 names without "/" in git's order, no doubles, nothing left over. Throws INVALID_ARGUMENT. */
export function parseTree(data: Buffer): TreeItem[] {
  const items: TreeItem[] = []
  let at = 0
  while (at < data.length) {
    const space = data.indexOf(SPACE, at)
    const end = data.indexOf(0, space + 1)
    if (space < 0 || end < 0 || end + 1 + OID_BYTES > data.length) throw malformed('an entry is cut off')
    const item = { name: decodeName(data.subarray(space + 1, end)), mode: parseMode(data.toString('latin1', at, space)), oid: data.toString('hex', end + 1, end + 1 + OID_BYTES) as GitOid }
    assertItem(item, items.at(-1))
    items.push(item)
    at = end + 1 + OID_BYTES
  }
  return items
}

function decodeName(bytes: Buffer): string {
  const name = bytes.toString('utf8')
  if (name.includes('\ufffd') && !Buffer.from(name, 'utf8').equals(bytes)) throw malformed('a name is not UTF-8')
  return name
}

function parseMode(text: string): TreeMode {
  const mode = /^[1-7][0-7]{4,5}$/.test(text) ? Number.parseInt(text, 8) : 0
  if (!MODES.has(mode)) throw malformed(`mode ${JSON.stringify(text)} is not allowed`)
  return mode as TreeMode
}

function assertItem(item: TreeItem, before: TreeItem | undefined): void {
  if (item.name === '' || item.name.includes('/')) throw malformed('a name is empty or holds a slash')
  if (before !== undefined && compareTreeItems(before, item) >= 0) throw malformed('entries are out of order')
}

function malformed(what: string): HearthError {
  return new HearthError('INVALID_ARGUMENT', `malformed git tree: ${what}`)
}
