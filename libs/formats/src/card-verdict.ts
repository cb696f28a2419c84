import { parseCard, type Card } from './card.ts'

export interface CardVerdict {
  readonly warnings: readonly string[]
  readonly errors: readonly string[]
}

const EMPTY = 'empty or missing yaml metadata in repo card'

/** What `/api/validate-yaml`, a commit and a push say about a README. */
export function judgeCard(text: string): CardVerdict {
  return judgeParsedCard(parseCard(text))
}

export function judgeParsedCard(card: Card): CardVerdict {
  switch (card.kind) {
    case 'bare': return { warnings: [EMPTY], errors: [] }
    case 'read': return { warnings: [], errors: [] }
    case 'broken': return { warnings: [], errors: card.errors }
  }
}
