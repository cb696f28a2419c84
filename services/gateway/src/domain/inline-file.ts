import { HearthError } from '@hearth/errors'
import { judgeCard } from '@hearth/formats'

export type InlineEncoding = 'base64' | 'utf-8' | 'utf8'

/** undefined for text that is no base64. */
export function decodeContent(text: string, encoding: InlineEncoding): Buffer | undefined {
  if (encoding !== 'base64') return Buffer.from(text, 'utf8')
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined
}

/** The same verdict on a card as `/api/validate-yaml` gives. */
export function assertCard(path: string, content: Buffer): void {
  if (path !== 'README.md') return
  const { errors } = judgeCard(content.toString('utf8'))
  if (errors.length > 0) throw new HearthError('INVALID_CARD', `Invalid metadata in README.md: ${errors.join('; ')}`)
}
