// `npm start`: makes this checkout ready, then runs the hub in its place, again if it dies. Arguments and environment pass through; stdout is the hub's.
import { join } from 'node:path'
import { ROOT } from './checkout.mjs'
import { runInPlace } from './command.mjs'
import { prepare, programEnv, runTool } from './prepare.mjs'
import { supervise } from './supervise.mjs'

await runTool(async () => {
  const node = await prepare()
  const args = process.argv.slice(2)
  const run = () => runInPlace([node, join(ROOT, 'services', 'all-in-one', 'src', 'main.ts'), ...args], { cwd: ROOT, env: programEnv(node) })
  return args.length === 0 ? supervise(run) : run()
})
