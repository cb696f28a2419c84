import type { TreeEntry } from '@hearth/hf-api'
import { EntryKind, type TreeEntry as EntryRow } from '@hearth/proto/storage/v1/content'

export function toTreeEntry(row: EntryRow): TreeEntry {
  return {
    type: row.kind === EntryKind.ENTRY_KIND_DIRECTORY ? 'directory' : 'file',
    oid: row.oid,
    size: Number(row.sizeBytes),
    path: row.path,
    ...(row.lfs === undefined ? {} : { lfs: { oid: row.lfs.sha256, size: Number(row.lfs.sizeBytes), pointerSize: Number(row.lfs.pointerSizeBytes) } }),
    ...(row.lastCommit?.time === undefined ? {} : { lastCommit: { id: row.lastCommit.oid, title: row.lastCommit.title, date: row.lastCommit.time.toISOString() } }),
  }
}
