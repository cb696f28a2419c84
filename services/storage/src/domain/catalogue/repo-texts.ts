import { DECIDING_CHARS, parseCard, type Card } from '@hearth/formats'
import type { GitOid, ObjectId } from '@hearth/ids'
import type { TreeItem } from '../git/tree-codec.ts'
import type { GitBlobStore } from '../git-blob-port.ts'
import type { GitReader } from '../git-store-port.ts'
import type { BlobBytesReader } from '../ports.ts'

/** Where a repo's small files are read: the pool, or the transaction that is about to name them. */
export interface TextSource {
  readonly git: Pick<GitReader, 'readFacts'>
  readonly blobs: Pick<GitBlobStore, 'readBlob'>
}

/** A metadata block of the greatest length, at three bytes for each character, and what stands before it. */
const CARD_BYTES = DECIDING_CHARS * 3 + 4096
const TEXT_BYTES = 1024 * 1024
const REMEMBERED_CARDS = 64
const REMEMBERED_CHARS = 64 * 1024

export interface RepoTexts {
  /** The card at this place; undefined for a folder, a link, a large file: those hold no text. */
  readCard(source: TextSource, repoId: ObjectId, item: TreeItem | undefined): Promise<Card | undefined>
  /** At most 1 MiB of it; a longer file is cut there. */
  readText(source: TextSource, repoId: ObjectId, item: TreeItem | undefined): Promise<string | undefined>
}

/** Reads the small texts that facts come from. A card is parsed once, though a commit judges it and then derives from it. */
export function createRepoTexts(bytes: BlobBytesReader): RepoTexts {
  const cards = new Map<GitOid, Card>()
  const remember = (oid: GitOid, card: Card): void => {
    if (cards.size >= REMEMBERED_CARDS) for (const oldest of [...cards.keys()].slice(0, REMEMBERED_CARDS / 2)) cards.delete(oldest)
    cards.set(oid, card)
  }
  return {
    async readCard(source, repoId, item) {
      if (item === undefined) return undefined
      const known = cards.get(item.oid)
      if (known !== undefined) return known
      const text = await readStart(source, bytes, { repoId, item, maxBytes: CARD_BYTES })
      if (text === undefined) return undefined
      const card = parseCard(text)
      if (text.length <= REMEMBERED_CHARS) remember(item.oid, card)
      return card
    },
    readText: (source, repoId, item) => (item === undefined ? Promise.resolve(undefined) : readStart(source, bytes, { repoId, item, maxBytes: TEXT_BYTES })),
  }
}

interface Wanted {
  readonly repoId: ObjectId
  readonly item: TreeItem
  readonly maxBytes: number
}

async function readStart(source: TextSource, bytes: BlobBytesReader, { repoId, item, maxBytes }: Wanted): Promise<string | undefined> {
  const facts = (await source.git.readFacts(repoId, [item.oid])).get(item.oid)
  if (facts === undefined || facts.lfs !== undefined) return undefined
  const blob = await source.blobs.readBlob(repoId, item.oid)
  if (blob === undefined) return undefined
  const data = blob.bytes.kind === 'inline' ? blob.bytes.data.subarray(0, maxBytes) : await bytes.readStart(blob.bytes.sha256, maxBytes)
  return data.toString('utf8')
}
