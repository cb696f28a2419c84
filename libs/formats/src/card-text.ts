const MAX_DESCRIPTION_CHARS = 500
const MAX_CITATION_CHARS = 4096

/** The first words of a card's body, without markup, as lists show them; undefined when it has none. */
export function describeBody(body: string): string | undefined {
  const start = body.slice(0, MAX_DESCRIPTION_CHARS * 8)
  const plain = start
    .replace(/```[\s\S]*?(?:```|$)/g, ' ').replace(/<!--[\s\S]*?(?:-->|$)/g, ' ').replace(/<[^<>]{0,500}>/g, ' ')
    .replace(/!?\[([^[\]]{0,200})\]\([^()]{0,500}\)/g, '$1').replace(/^[#>\-*+\s|=]+/gm, '').replace(/[*_`]+/g, '').replace(/\s+/g, ' ').trim()
  return plain === '' ? undefined : plain.slice(0, MAX_DESCRIPTION_CHARS).toWellFormed()
}

/** The first BibTeX entry of a card's body. */
export function citationOf(body: string): string | undefined {
  const block = /```(?:bibtex|bib|latex)?[ \t]*\r?\n([ \t]*@\w{1,40}\{[\s\S]{0,4096}?)```/i.exec(body.slice(0, 1 << 20))?.[1]
  return block?.trim().slice(0, MAX_CITATION_CHARS).toWellFormed()
}
