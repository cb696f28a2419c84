import { isIP } from 'node:net'
import { z } from 'zod'

/** A whole number in a range, given as text. */
export function wholeNumber(min: number, max: number) {
  return z.string().regex(/^\d{1,15}$/, { error: `must be a whole number from ${min} to ${max}`, abort: true }).transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`)
}

const TRUE = ['1', 'true', 'yes', 'on']
const FALSE = ['0', 'false', 'no', 'off']

/** true/false, 1/0, yes/no, on/off. */
export function flag() {
  return z.string().toLowerCase().refine((text) => TRUE.includes(text) || FALSE.includes(text), 'must be true or false').transform((text) => TRUE.includes(text))
}

/** Items separated by commas or spaces, each checked by `isValid`. */
export function listOf(what: string, isValid: (item: string) => boolean) {
  return z.string().transform((text) => text.split(/[,\s]+/).filter((item) => item !== ''))
    .refine((items) => items.every(isValid), `must be a list of ${what}, separated by commas`)
}

/** An absolute http(s) URL without a trailing slash. */
export function httpUrl() {
  return z.string().refine(isHttpUrl, 'must be an absolute http:// or https:// URL').transform((text) => text.replace(/\/+$/, ''))
}

/** Never shown by `describeConfig` or in an error. */
export function secret(minLength = 1) {
  return z.string().min(minLength, `must have at least ${minLength} characters`).meta({ secret: true })
}

export function isHostName(text: string): boolean {
  return /^(?:\*\.)?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?(?::\d{1,5})?$/i.test(text) || /^\[[0-9a-f:.]+\](?::\d{1,5})?$/i.test(text) || isIP(text) !== 0
}

/** An address, or an address with a prefix length. */
export function isAddressRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128))
}

function isHttpUrl(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? '')
}
