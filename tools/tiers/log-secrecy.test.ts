import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openLogSecrecy } from './log-secrecy.ts'

test('one test for all logs: nothing without a hub, passed without a find, failed with one', () => {
  const parent = mkdtempSync(join(tmpdir(), 'hearth-tally-'))
  {
    using logs = openLogSecrecy(join(parent, 'logs'))
    expect(logs.tally()).toEqual({ passed: 0, failed: 0, skips: [] })
    writeFileSync(join(logs.folder, '1.jsonl'), '{"bytes":10,"lines":1,"found":[]}\n')
    expect(logs.tally()).toEqual({ passed: 1, failed: 0, skips: [] })
    writeFileSync(join(logs.folder, '2.jsonl'), '{"bytes":10,"lines":1,"found":["a token"]}\n')
    expect(logs.tally()).toEqual({ passed: 0, failed: 1, skips: [] })
  }
  rmSync(parent, { recursive: true, force: true })
})
