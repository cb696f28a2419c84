import { describe, expect, test } from 'vitest'
import { BAD_REQUEST_PATH, canonicaliseUrl, XORB_GRANTS_PATH } from './canonical-url.ts'

describe('canonicaliseUrl', () => {
  test.each([
    // ids
    ['/api/models/ana/m', '/api/models/ana%2Fm'],
    ['/api/models/ana%2Fm', '/api/models/ana%2Fm'],
    ['/api/models/ana%2fm', '/api/models/ana%2Fm'],
    ['/api/models/gpt2', '/api/models/gpt2'],
    ['/api/models/gpt2/', '/api/models/gpt2'],
    ['//api//models/ana/m', '/api/models/ana%2Fm'],
    ['/api/datasets/glue/refs', '/api/datasets/glue/refs'],
    ['/api/datasets/ana/d/refs?include_prs=1', '/api/datasets/ana%2Fd/refs?include_prs=1'],
    ['/api/spaces/ana/s/settings', '/api/spaces/ana%2Fs/settings'],
    ['/api/models/ana/m/auth-check/write', '/api/models/ana%2Fm/auth-check/write'],
    ['/api/models', '/api/models'],
    ['/api/models?author=ana&search=a%2Fb', '/api/models?author=ana&search=a%2Fb'],
    // revisions
    ['/api/models/ana/m/revision/main', '/api/models/ana%2Fm/revision/main'],
    ['/api/models/ana/m/revision/refs%2Fpr%2F1', '/api/models/ana%2Fm/revision/refs%2Fpr%2F1'],
    ['/api/models/ana/m/revision/refs/pr/1', '/api/models/ana%2Fm/revision/refs%2Fpr%2F1'],
    ['/api/models/gpt2/revision/feature/x', '/api/models/gpt2/revision/feature%2Fx'],
    ['/api/models/ana/m/revision/fix%231', '/api/models/ana%2Fm/revision/fix%231'],
    ['/api/models/ana/m/revision/a%2520b', '/api/models/ana%2Fm/revision/a%2520b'],
    ['/api/models/ana/m/commit/refs%2Fpr%2F3?create_pr=1', '/api/models/ana%2Fm/commit/refs%2Fpr%2F3?create_pr=1'],
    ['/api/models/ana/m/branch/feature%2Fx', '/api/models/ana%2Fm/branch/feature%2Fx'],
    ['/api/models/ana/m/tag/v1.0', '/api/models/ana%2Fm/tag/v1.0'],
    // paths
    ['/api/models/ana/m/tree/main', '/api/models/ana%2Fm/tree/main'],
    ['/api/datasets/ana%2Fd/tree/main/', '/api/datasets/ana%2Fd/tree/main'],
    ['/api/models/ana/m/tree/main/a%2Fb', '/api/models/ana%2Fm/tree/main/a%2Fb'],
    ['/api/models/ana/m/tree/main/a/b/', '/api/models/ana%2Fm/tree/main/a%2Fb'],
    ['/api/models/ana/m/tree/refs/pr/1/a/b', '/api/models/ana%2Fm/tree/refs%2Fpr%2F1/a%2Fb'],
    ['/api/datasets/ana/d/tree/refs/convert/parquet/default', '/api/datasets/ana%2Fd/tree/refs%2Fconvert%2Fparquet/default'],
    ['/api/datasets/ana%2Fd/tree/~parquet/default', '/api/datasets/ana%2Fd/tree/~parquet/default'],
    ['/api/models/ana/m/tree/refs', '/api/models/ana%2Fm/tree/refs'],
    // web paths
    ['/ana/m/resolve/main/config.json', '/@models/ana%2Fm/resolve/main/config.json'],
    ['/gpt2/resolve/main/config.json', '/@models/gpt2/resolve/main/config.json'],
    ['/ana/m/resolve/refs/pr/1/which.txt', '/@models/ana%2Fm/resolve/refs%2Fpr%2F1/which.txt'],
    ['/ana/m/resolve/refs%2Fpr%2F1/which.txt', '/@models/ana%2Fm/resolve/refs%2Fpr%2F1/which.txt'],
    ['/ana/m/resolve/fix%231/a%23b%3Fc', '/@models/ana%2Fm/resolve/fix%231/a%23b%3Fc'],
    ['/datasets/ana%2Fd/resolve/main/a%20b%2Fx.parquet', '/@datasets/ana%2Fd/resolve/main/a%20b%2Fx.parquet'],
    ['/datasets/ana/d/resolve/main/a b/x', '/@datasets/ana%2Fd/resolve/main/a%20b%2Fx'],
    ['/spaces/ana/s', '/@spaces/ana%2Fs'],
    ['/datasets/glue', '/@datasets/glue'],
    ['/ana/m/raw/main/%C3%A9.txt', '/@models/ana%2Fm/raw/main/%C3%A9.txt'],
    ['/ana/m/raw/main/\u00c3\u00a9.txt', '/@models/ana%2Fm/raw/main/%C3%A9.txt'],
    ['/ana/m/resolve/main/%F0%9F%90%9F', '/@models/ana%2Fm/resolve/main/%F0%9F%90%9F'],
    ['/ana/m/resolve/main/a//b', '/@models/ana%2Fm/resolve/main/a%2Fb'],
    ['/ana/m/resolve/main/v1/xorb-grants/x', '/@models/ana%2Fm/resolve/main/v1%2Fxorb-grants%2Fx'],
    ['/ana/m/resolve/main/..%2Fx?download=true', '/@models/ana%2Fm/resolve/main/..%2Fx?download=true'],
    ['http://127.0.0.1:8080/ana/m', '/@models/ana%2Fm'],
    // git
    ['/ana/m.git/info/lfs/objects/batch', '/@models/ana%2Fm/info/lfs/objects/batch'],
    ['/gpt2.git/info/lfs/objects/batch', '/@models/gpt2/info/lfs/objects/batch'],
    ['/datasets/ana/d.git/info/refs?service=git-upload-pack', '/@datasets/ana%2Fd/info/refs?service=git-upload-pack'],
    ['/ana/m/info/refs', '/@models/ana%2Fm/info/refs'],
    // pages and services of the hub itself
    ['/', '/'],
    ['/?x=1', '/?x=1'],
    ['/healthz', '/healthz'],
    ['/datasets', '/datasets'],
    ['/api/whoami-v2/', '/api/whoami-v2'],
    ['/api/users/Ana/overview', '/api/users/Ana/overview'],
    ['/api/telemetry/a/b/c', '/api/telemetry/a%2Fb%2Fc'],
    ['/.well-known/openapi.json', '/.well-known/openapi.json'],
    // the xet client's probe, wherever casUrl points
    ['/v1/xorb-grants/default/00/', XORB_GRANTS_PATH],
    ['/cas/x/v1/xorb-grants/default/00', XORB_GRANTS_PATH],
    ['/v1/xorb-grants', XORB_GRANTS_PATH],
    // what cannot be decoded
    ['/api/models/%zz', BAD_REQUEST_PATH],
    ['/ana/m/resolve/main/%', BAD_REQUEST_PATH],
    ['/ana/m/resolve/main/%C3', BAD_REQUEST_PATH],
    ['/ana/m/resolve/main/a%00b', BAD_REQUEST_PATH],
    ['/ana/m/resolve/main/\u00c3', BAD_REQUEST_PATH],
    // a name that imitates the canonical form
    ['/@models/x/resolve/main/y', '/@models/@models%2Fx/resolve/main/y'],
  ])('%s', (raw, canonical) => {
    expect(canonicaliseUrl(raw)).toBe(canonical)
  })
})
