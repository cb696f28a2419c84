// `npm run setup`: makes this checkout ready to start and to test. Does nothing when it already is.
import { prepare, runTool } from './prepare.mjs'

await runTool(async () => {
  await prepare({ needs: ['npm', 'git', 'python3'] })
  return 0
})
