// Prints how large files and functions are, beside the budget of CONTRIBUTING.md. Information, never a verdict: the hard limits
// are lint rules.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const WARN_LINES = 400

const files = sourceFiles().map(measure)
const code = files.filter((file) => !file.isTest)
const tests = files.filter((file) => file.isTest)
const functions = functionLengths()

console.info('size report (code lines: without blank lines and comments)')
console.info(`  files      ${code.length}, p50 ${percentile(code.map((file) => file.code), 50)} (<= 90), p95 ${percentile(code.map((file) => file.code), 95)} (<= 300), longest ${top(code)}`)
console.info(`  functions  ${functions.length}, p50 ${percentile(functions, 50)} (<= 12), p95 ${percentile(functions, 95)} (<= 45), longest ${Math.max(0, ...functions)} (<= 70)`)
console.info(`  comments   ${percent(sum(code, 'comments'), sum(code, 'comments') + sum(code, 'code'))} of the lines, tests : code ${(sum(tests, 'code') / Math.max(1, sum(code, 'code'))).toFixed(2)}`)
for (const file of files.filter((one) => one.code > WARN_LINES)) console.info(`  LONG       ${file.name}: ${file.code} code lines (> ${WARN_LINES})`)

function sourceFiles() {
  const listed = spawnSync('git', ['-c', `safe.directory=${ROOT}`, 'ls-files', '-co', '--exclude-standard', '*.ts', '*.mjs'], { cwd: ROOT, encoding: 'utf8' })
  return [...new Set(listed.stdout.split('\n'))].filter((name) => name !== '' && !name.startsWith('tools/boundary-canary/tree/'))
}

function measure(name) {
  const text = readOrEmpty(name)
  const lines = text.split('\n').map((line) => line.trim()).filter((line) => line !== '')
  let comments = 0
  let isInBlock = false
  for (const line of lines) {
    if (isInBlock || line.startsWith('//') || line.startsWith('/*')) comments += 1
    if (line.startsWith('/*')) isInBlock = true
    if (line.endsWith('*/')) isInBlock = false
  }
  return { name, isTest: /\.(test|suite)\.ts$|^e2e\/|\/test\//.test(name), comments, code: lines.length - comments }
}

function readOrEmpty(name) {
  try {
    return readFileSync(join(ROOT, name), 'utf8')
  } catch {
    return ''
  }
}

/** The linter counts functions for us: every function is longer than nothing. */
function functionLengths() {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-sizes-'))
  try {
    const config = join(folder, 'oxlintrc.json')
    writeFileSync(config, JSON.stringify({
      categories: { correctness: 'off' },
      rules: { 'max-lines-per-function': ['warn', { max: 0, skipBlankLines: true, skipComments: true }] },
    }))
    const names = sourceFiles().filter((name) => name.endsWith('.ts') && !/\.(test|suite)\.ts$/.test(name))
    if (names.length === 0) return []
    const done = spawnSync(join(ROOT, 'node_modules', '.bin', 'oxlint'), ['-c', config, '--format', 'json', ...names], { cwd: ROOT, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 })
    return JSON.parse(done.stdout).diagnostics.map((one) => Number(/\((\d+)\)/.exec(one.message)?.[1] ?? 0)).filter((lines) => lines > 0)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function percentile(values, rank) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil((rank / 100) * sorted.length) - 1)] ?? 0
}

function sum(list, key) {
  return list.reduce((total, one) => total + one[key], 0)
}

function percent(part, whole) {
  return `${((100 * part) / Math.max(1, whole)).toFixed(0)} %`
}

function top(list) {
  const longest = list.toSorted((a, b) => b.code - a.code)[0]
  return longest === undefined ? 'none' : `${longest.code} (${longest.name})`
}
