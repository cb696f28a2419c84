// `npm start`: makes this checkout ready, then runs the hub in its place. Arguments and environment pass through; stdout is the hub's.
import { join } from 'node:path'
import { ROOT } from './checkout.mjs'
import { runInPlace } from './command.mjs'
import { prepare, programEnv, runTool } from './prepare.mjs'

await runTool(async () => {
  const node = await prepare()
  return runInPlace([node, join(ROOT, 'services', 'all-in-one', 'src', 'main.ts'), ...process.argv.slice(2)], { cwd: ROOT, env: programEnv(node) })
})
