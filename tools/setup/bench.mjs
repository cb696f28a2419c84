// `npm run bench`: makes this checkout ready, installs what the measurements are taken beside, then takes them.
import { join } from 'node:path'
import { ROOT, say } from './checkout.mjs'
import { runInPlace } from './command.mjs'
import { ensureDebianPackage } from './debian.mjs'
import { prepare, programEnv, runTool } from './prepare.mjs'

await runTool(async () => {
  const node = await prepare({ needs: ['npm', 'git'] })
  const reason = await ensureDebianPackage('nginx')
  if (reason !== undefined) say(`what is measured beside nginx cannot be: ${reason}`)
  return runInPlace([node, join(ROOT, 'bench', 'run.ts'), ...process.argv.slice(2)], { cwd: ROOT, env: programEnv(node) })
})
