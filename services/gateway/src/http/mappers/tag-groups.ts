import type { TagUse } from '@hearth/proto/storage/v1/catalogue'

interface TagRow {
  readonly id: string
  readonly label: string
  readonly type: string
}

const LANGUAGES = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' })

/** Tags by group, the most used first. */
export function groupTags(uses: readonly TagUse[]): Record<string, TagRow[]> {
  const groups: Record<string, TagRow[]> = {}
  for (const { tag, group } of uses) (groups[group] ??= []).push({ id: tag, label: labelOf(tag, group), type: group })
  return groups
}

function labelOf(tag: string, group: string): string {
  const bare = tag.startsWith(`${group}:`) ? tag.slice(group.length + 1) : tag
  return group === 'language' ? (languageName(bare) ?? bare) : bare
}

function languageName(code: string): string | undefined {
  return /^[a-z]{2,3}$/.test(code) ? LANGUAGES.of(code) : undefined
}
