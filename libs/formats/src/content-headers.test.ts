import { expect, test } from 'vitest'
import { contentHeadersOf } from './content-headers.ts'

test.each([
  ['a/config.json', 'application/json', "inline; filename=\"config.json\"; filename*=UTF-8''config.json"],
  ['x.HTML', 'text/plain; charset=utf-8', "inline; filename=\"x.HTML\"; filename*=UTF-8''x.HTML"],
  ['evil.svg', 'text/plain; charset=utf-8', "inline; filename=\"evil.svg\"; filename*=UTF-8''evil.svg"],
  ['pic.png', 'image/png', "inline; filename=\"pic.png\"; filename*=UTF-8''pic.png"],
  ['model v\u00e9.bin', 'application/octet-stream', "attachment; filename=\"model v_.bin\"; filename*=UTF-8''model%20v%C3%A9.bin"],
  ['a"b\\c.bin', 'application/octet-stream', "attachment; filename=\"a_b_c.bin\"; filename*=UTF-8''a%22b%5Cc.bin"],
  ['\u6a21\u578b.txt', 'text/plain; charset=utf-8', "inline; filename=\"__.txt\"; filename*=UTF-8''%E6%A8%A1%E5%9E%8B.txt"],
  ['a\r\nX: 1.bin', 'application/octet-stream', "attachment; filename=\"a__X: 1.bin\"; filename*=UTF-8''a%0D%0AX%3A%201.bin"],
  ['constructor', 'application/octet-stream', "attachment; filename=\"constructor\"; filename*=UTF-8''constructor"],
  ['png', 'application/octet-stream', "attachment; filename=\"png\"; filename*=UTF-8''png"],
])('%j', (path, contentType, disposition) => {
  expect(contentHeadersOf(path)).toEqual({ contentType, disposition })
})
