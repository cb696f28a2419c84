import { parseCard } from '@hearth/formats'
import { typeNameOf, webPrefixOf, type RepoKind } from '@hearth/hf-api'
import type { GetRepoResponse, Repo } from '@hearth/proto/storage/v1/repos'
import { idOf } from '../mappers/repo-names.ts'
import { gatedOf } from '../mappers/repo-info.ts'
import { escapeHtml, renderPage } from './html.ts'

const MAX_FILES = 500

/** A repo as a plain page: facts, files, and its card as text. */
export function renderRepoPage(kind: RepoKind, repo: Repo, answer: GetRepoResponse): string {
  const id = idOf(repo)
  return renderPage(id, `<h1>${escapeHtml(id)}</h1>
<table>
${row('Type', typeNameOf(kind))}${row('Visibility', visibilityOf(repo))}${row('Commit', answer.sha)}${row('Last change', repo.lastModifiedTime?.toISOString() ?? '')}${row('Downloads', String(repo.downloads))}
</table>
<h2>Files</h2>
<ul>
${fileItems(kind, id, answer)}
</ul>
${cardSection(answer.cardText)}`)
}

function visibilityOf(repo: Repo): string {
  const gated = gatedOf(repo)
  return `${repo.visibility === 2 ? 'private' : 'public'}${gated === false ? '' : `, gated (${gated})`}`
}

function row(name: string, value: string): string {
  return `<tr><td>${escapeHtml(name)}</td><td>${escapeHtml(value)}</td></tr>\n`
}

function fileItems(kind: RepoKind, id: string, { siblings }: GetRepoResponse): string {
  const items = siblings.slice(0, MAX_FILES).map(({ path }) => {
    const href = `/${webPrefixOf(kind)}${id}/resolve/main/${path.split('/').map(encodeURIComponent).join('/')}`
    return `<li><a href="${escapeHtml(href)}">${escapeHtml(path)}</a></li>`
  })
  if (siblings.length > MAX_FILES) items.push(`<li>and ${siblings.length - MAX_FILES} more</li>`)
  return items.join('\n')
}

function cardSection(cardText: string | undefined): string {
  if (cardText === undefined) return ''
  return `<h2>README.md</h2>\n<pre>${escapeHtml(parseCard(cardText).body)}</pre>`
}
