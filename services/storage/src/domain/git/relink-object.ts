import type { GitOid } from '@hearth/ids'

const LINKS = /^(?:tree|parent|object) ([0-9a-f]{40})$/
const SIGNATURE = /^-----BEGIN [A-Z ]*SIGNATURE-----$/m

/**
 * A commit or tag with other objects in its `tree`, `parent` and `object` lines. What signed the former bytes is taken out; all else
 * stays byte for byte.
 */
export function replaceLinks(data: Buffer, replacements: ReadonlyMap<GitOid, GitOid>): Buffer {
  const text = data.toString('latin1')
  const end = text.indexOf('\n\n')
  const head = withoutSignatures((end < 0 ? text : text.slice(0, end)).split('\n')).map((line) => {
    const oid = LINKS.exec(line)?.[1]
    const to = oid === undefined ? undefined : replacements.get(oid as GitOid)
    return oid === undefined || to === undefined ? line : line.replace(oid, to)
  })
  const isTag = head[0]?.startsWith('object ') === true
  const body = end < 0 ? '' : text.slice(end)
  return Buffer.from(head.join('\n') + (isTag ? withoutInlineSignature(body) : body), 'latin1')
}

/** A header goes on in lines that begin with a blank. */
function withoutSignatures(lines: readonly string[]): string[] {
  let isSignature = false
  return lines.filter((line) => {
    isSignature = line.startsWith(' ') ? isSignature : /^gpgsig(?:-sha256)? /.test(line)
    return !isSignature
  })
}

function withoutInlineSignature(body: string): string {
  const match = SIGNATURE.exec(body)
  return match === null ? body : body.slice(0, match.index)
}
