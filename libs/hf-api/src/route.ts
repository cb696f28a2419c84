import type { ErrorReason } from '@hearth/errors'
import type { z } from 'zod'
import type { Permission } from './permission.ts'
import type { RepoKind } from './repo-kind.ts'

export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'ALL'

/** What the example of a route may name; the test that uses it has made these things. */
export interface ExampleContext {
  readonly kind: RepoKind
  /** `namespace/name` of an existing repo with README.md on main. */
  readonly repo: string
  /** The organisation that the repo is in. */
  readonly namespace: string
  /** A name that no repo, branch or tag has yet. */
  readonly freshName: string
  readonly headSha: string
  /** 64 hex digits of an object that the repo does not hold. */
  readonly absentSha256: string
}

export interface ExampleRequest {
  /** Method, where the route takes ALL. */
  readonly method?: string
  /** Path and query, as a client sends it. */
  readonly path: string
  readonly contentType?: string
  readonly body?: string
}

export type RouteBody =
  | { readonly kind: 'json'; readonly schema: z.ZodType; readonly maxBytes?: number }
  /** Form-encoded or JSON, by Content-Type. */
  | { readonly kind: 'form'; readonly schema: z.ZodType; readonly maxBytes?: number }
  /** The handler reads the stream itself. */
  | { readonly kind: 'stream'; readonly contentType: string }

export type RouteResponse =
  | { readonly kind: 'json'; readonly schema: z.ZodType }
  | { readonly kind: 'text' }
  | { readonly kind: 'html' }
  | { readonly kind: 'bytes' }
  | { readonly kind: 'empty' }

/**
 * One public operation. In `path`, `{kind}` stands for models, datasets or spaces, `{web}` for the prefix of web paths
 * (nothing, `datasets/`, `spaces/`), `{name?}` for a last segment that may be missing; every other `{name}` is one
 * percent-encoded segment after canonicalisation.
 */
export interface RouteSpec {
  readonly id: string
  readonly method: HttpMethod
  readonly path: string
  readonly summary: string
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  readonly body?: RouteBody
  readonly response: RouteResponse
  /** What it refuses with, beyond a bad credential or malformed input. */
  readonly errors: readonly ErrorReason[]
  readonly permission: Permission
  /** Answers before the credential is looked at. */
  readonly isBeforeAuth?: boolean
  /** Version of Hearth that brought it. */
  readonly since: string
  readonly example: (context: ExampleContext) => ExampleRequest
}

/** Keeps the literal types of a row, so that handlers and the SDK are typed from it. */
export function route<const S extends RouteSpec>(spec: S): S {
  return spec
}

type OutputOf<T, Fallback> = T extends z.ZodType ? z.output<T> : Fallback

export type ParamsOf<S extends RouteSpec> = S extends { readonly params: infer P } ? OutputOf<P, unknown> : Readonly<Record<string, never>>
export type QueryOf<S extends RouteSpec> = S extends { readonly query: infer Q } ? OutputOf<Q, unknown> : Readonly<Record<string, never>>
export type BodyOf<S extends RouteSpec> = S extends { readonly body: { readonly schema: infer B } } ? OutputOf<B, unknown> : undefined
export type ResponseOf<S extends RouteSpec> = S['response'] extends { readonly schema: infer R } ? OutputOf<R, unknown> : undefined
