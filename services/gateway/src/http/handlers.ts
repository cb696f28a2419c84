import type { Handlers } from './call.ts'
import type { HttpDeps } from './deps.ts'
import { createAccessHandlers } from './routes/access-handlers.ts'
import { createAccountHandlers } from './routes/account-handlers.ts'
import { createAdminHandlers } from './routes/admin-handlers.ts'
import { createCatalogueHandlers } from './routes/catalogue-handlers.ts'
import { createCommitHandler } from './routes/commit-handler.ts'
import { createContentHandlers } from './routes/content-handlers.ts'
import { createFileHandlers } from './routes/file-handlers.ts'
import { createLfsFileHandlers } from './routes/lfs-file-handlers.ts'
import { createLfsHandlers } from './routes/lfs-handlers.ts'
import { createMemberHandlers } from './routes/member-handlers.ts'
import { createLikeHandlers } from './routes/like-handlers.ts'
import { createMetaHandlers } from './routes/meta-handlers.ts'
import { createPageHandlers } from './routes/page-handlers.ts'
import { createRefHandlers } from './routes/ref-handlers.ts'
import { createRepoHandlers } from './routes/repo-handlers.ts'
import { createRepoMoveHandlers } from './routes/repo-move-handlers.ts'
import { createTokenHandlers } from './routes/token-handlers.ts'

/** One handler for each row of the route table; a missing one does not compile. */
export function createHandlers(deps: HttpDeps): Handlers {
  return {
    ...createMetaHandlers(deps), ...createAccountHandlers(deps), ...createTokenHandlers(deps), ...createMemberHandlers(deps), ...createAdminHandlers(deps), ...createRepoHandlers(deps),
    ...createRepoMoveHandlers(deps), ...createAccessHandlers(deps), ...createCatalogueHandlers(deps), ...createContentHandlers(deps), ...createFileHandlers(deps), ...createCommitHandler(deps),
    ...createRefHandlers(deps), ...createLfsHandlers(deps), ...createLfsFileHandlers(deps), ...createLikeHandlers(deps), ...createPageHandlers(deps),
  }
}
