/** Who a credential stands for, as far as the gateway needs it. */
export type Caller =
  | { readonly kind: 'anonymous' }
  /** `actorToken` is sent on with every call to another service. */
  | { readonly kind: 'known'; readonly actorToken: string }

export interface Callers {
  /** The caller that an access token stands for; undefined when the token is not valid. Throws UNAVAILABLE when nobody can say. */
  identify(accessToken: string, signal: AbortSignal): Promise<Caller | undefined>
  /** Drops what is remembered: at once after a revocation. */
  forgetAll(): void
}

/** What there is in a namespace, as far as the caller may see it. */
export interface NamespaceCount {
  readonly models: number
  readonly datasets: number
  readonly spaces: number
  readonly discussions: number
  readonly likes: number
}

/** Counted by whoever owns the repos. `Options` go along with the question: whose it is, and until when. */
export interface NamespaceCounts<Options> {
  count(namespace: string, options: Options): Promise<NamespaceCount>
}

export interface ServedBytes {
  /** Signed path of the data plane, "/-/blob/...". */
  readonly dataPath: string
  /** Sent along with what the data plane says itself; its own values win. */
  readonly headers: Readonly<Record<string, string>>
}

export interface StagedFile {
  readonly sizeBytes: number
  readonly bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

export interface StagedBlob {
  readonly oid: string
  readonly size: number
}

/**
 * The storage service's byte side: its own object when it runs in this process, stores/data-plane.http.ts over HTTP. `Req`
 * and `Res` are the server's own.
 */
export interface DataPlane<Req, Res> {
  /** Answers `req` with the bytes behind a signed path, ranges and HEAD included; owns `res` from here on. */
  serve(req: Req, res: Res, bytes: ServedBytes): Promise<void>
  /** Sends the files in order through one signed staging path; answers in the same order. Rejects with what `files` threw. */
  stage(stagingPath: string, files: AsyncIterable<StagedFile>, signal: AbortSignal): Promise<readonly StagedBlob[]>
}

/** What the gateway reports; telemetry.ts implements it. */
export interface Observer {
  requestDone(event: RequestDone): void
  /** Something that is a bug or an outage, once, where it stops. */
  requestFailed(event: { readonly requestId: string; readonly route: string; readonly error: unknown }): void
}

export interface RequestDone {
  readonly requestId: string
  readonly method: string
  /** As the client sent it, without the query. */
  readonly path: string
  /** A row of the route table, or "unknown". */
  readonly route: string
  readonly status: number
  readonly ms: number
}
