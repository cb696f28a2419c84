import type { RouteSpec } from './route.ts'
import { ACCESS_ROUTES } from './routes/access.ts'
import { ACCOUNT_ROUTES } from './routes/accounts.ts'
import { ADMIN_ROUTES } from './routes/admin.ts'
import { CATALOGUE_ROUTES } from './routes/catalogue.ts'
import { CONTENT_ROUTES } from './routes/content.ts'
import { LFS_ROUTES } from './routes/lfs.ts'
import { LFS_FILE_ROUTES } from './routes/lfs-files.ts'
import { MEMBER_ROUTES } from './routes/members.ts'
import { LIKE_ROUTES } from './routes/likes.ts'
import { META_ROUTES } from './routes/meta.ts'
import { PAGE_ROUTES } from './routes/pages.ts'
import { REF_ROUTES } from './routes/refs.ts'
import { REPO_ROUTES } from './routes/repos.ts'
import { TOKEN_ROUTES } from './routes/tokens.ts'

/** Every public operation. The gateway registers these and no others. */
export const ROUTES = {
  ...META_ROUTES, ...ACCOUNT_ROUTES, ...TOKEN_ROUTES, ...MEMBER_ROUTES, ...ADMIN_ROUTES, ...REPO_ROUTES, ...ACCESS_ROUTES, ...CATALOGUE_ROUTES, ...CONTENT_ROUTES, ...REF_ROUTES, ...LFS_ROUTES,
  ...LFS_FILE_ROUTES, ...LIKE_ROUTES, ...PAGE_ROUTES,
} satisfies Record<string, RouteSpec>

export type Routes = typeof ROUTES
export type RouteId = keyof Routes

export const ALL_ROUTES: readonly RouteSpec[] = Object.values(ROUTES)
