import { expect, test } from 'vitest'
import { citationOf, describeBody } from './card-text.ts'

test('a description is the first words without markup', () => {
  expect(describeBody('# Card for *x*\n\n<p align="c">Hello</p> [link](http://a) `code`\n- item\n```py\nprint(1)\n```\nEnd')).toBe('Card for x Hello link code item End')
  expect(describeBody('\n\n')).toBeUndefined()
  expect(describeBody('word '.repeat(1000))).toHaveLength(500)
})

test('a citation is the first BibTeX block', () => {
  expect(citationOf('text\n```bibtex\n@article{a,\n title={x}\n}\n```\nmore')).toBe('@article{a,\n title={x}\n}')
  expect(citationOf('```\nno\n```')).toBeUndefined()
})
