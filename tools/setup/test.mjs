// `npm test` and its siblings: makes this checkout ready, builds the Python clients, then runs one tier of tests.
import { join } from 'node:path'
import { ROOT } from './checkout.mjs'
import { runInPlace } from './command.mjs'
import { ensureDebianPackage } from './debian.mjs'
import { prepare, programEnv, runTool } from './prepare.mjs'
import { laneNames, preparePython } from './python-env.mjs'

/** Programs that a tier's tests use when they are there. */
const PACKAGES = { core: [], full: ['git-lfs', 'nginx', 'aria2', 'wget', 'faketime'], soak: ['git-lfs'] }

await runTool(async () => {
  const [tier = 'core', ...rest] = process.argv.slice(2)
  const node = await prepare({ needs: ['npm', 'git'] })
  const missing = await preparePython(laneNames({ hasLibraries: tier === 'full' }))
  for (const name of PACKAGES[tier] ?? []) {
    const reason = await ensureDebianPackage(name)
    if (reason !== undefined) missing[name] = reason
  }
  const named = Object.fromEntries(Object.entries(missing).map(([name, reason]) => [`HEARTH_TEST_MISSING_${name.toUpperCase().replaceAll('-', '_')}`, reason]))
  return runInPlace([node, join(ROOT, 'tools', 'tiers', 'run-tier.ts'), tier, ...rest], { cwd: ROOT, env: programEnv(node, named) })
})
