import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { HearthError } from '@hearth/errors'

export interface OriginRules {
  readonly allowedHosts: readonly string[]
  readonly trustedProxies: readonly string[]
}

export interface OriginReader {
  /** `http://host:port` as the client typed it. Throws INVALID_ARGUMENT for an unreadable host, HOST_NOT_ALLOWED for a foreign one. */
  read(req: IncomingMessage): string
  /** Where the request comes from: behind configured proxies the last address that they did not add themselves. */
  addressOf(req: IncomingMessage): string
}

const HOST_SHAPE = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/

/** Builds absolute URLs from the request's own host; X-Forwarded-* counts only from configured proxies. */
export function createOriginReader(rules: OriginRules): OriginReader {
  const proxies = toBlockList(rules.trustedProxies)
  const isAllowed = createHostRule(rules.allowedHosts)
  return {
    read(req) {
      const isForwarded = isListed(proxies, req.socket.remoteAddress)
      const host = (isForwarded ? lastOf(req.headers['x-forwarded-host']) : undefined) ?? req.headers.host ?? 'localhost'
      if (!HOST_SHAPE.test(host)) throw new HearthError('INVALID_ARGUMENT', 'The Host header is not readable')
      if (!isAllowed(host.toLowerCase())) throw new HearthError('HOST_NOT_ALLOWED', 'This server does not answer for this host')
      const scheme = isForwarded ? lastOf(req.headers['x-forwarded-proto']) : undefined
      return `${scheme === 'https' ? 'https' : 'http'}://${host}`
    },
    addressOf(req) {
      const peer = req.socket.remoteAddress ?? ''
      if (!isListed(proxies, peer)) return peer
      const header = req.headers['x-forwarded-for']
      const hops = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').map((hop) => hop.trim()).filter((hop) => isIP(hop) !== 0)
      return hops.findLast((hop) => !isListed(proxies, hop)) ?? hops[0] ?? peer
    },
  }
}

/** A rule without a port holds for every port; `*.example.org` holds for all names below. */
function createHostRule(rules: readonly string[]): (host: string) => boolean {
  if (rules.length === 0) return () => true
  const exact = new Set(rules.map((rule) => rule.toLowerCase()))
  const suffixes = rules.filter((rule) => rule.startsWith('*.')).map((rule) => rule.slice(1).toLowerCase())
  return (host) => {
    const name = host.replace(/:\d+$/, '')
    return exact.has(host) || exact.has(name) || suffixes.some((suffix) => host.endsWith(suffix) || name.endsWith(suffix))
  }
}

function lastOf(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header.at(-1) : header
  return text?.split(',').at(-1)?.trim() || undefined
}

function toBlockList(entries: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}

function isListed(list: BlockList, address: string | undefined): boolean {
  if (address === undefined) return false
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address
  return list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4')
}
