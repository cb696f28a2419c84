const SUBJECT = /^hearth\.[a-z][a-z0-9-]*\.v\d+\.[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$/

/** `hearth.<service>.v1.<noun>.<past tense>` */
export function isSubject(text: string): boolean {
  return SUBJECT.test(text)
}

/** NATS's rules: `*` stands for one word, a last `>` for one or more. */
export function matchesSubject(pattern: string, subject: string): boolean {
  const wanted = pattern.split('.')
  const words = subject.split('.')
  for (const [index, word] of wanted.entries()) {
    if (word === '>') return words.length > index
    if (word !== '*' && word !== words[index]) return false
  }
  return words.length === wanted.length
}

/** True when events of this service can match one of the patterns. */
export function mayComeFrom(service: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const [first, second] = pattern.split('.')
    return first === '>' || second === undefined || second === '*' || second === '>' || second === service
  })
}
