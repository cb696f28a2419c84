import { checkCanary } from '../boundary-canary/check.ts'
import { localBin, programCheck, ROOT, type Check } from './check.ts'
import { compatDocCheck } from './compat-doc.ts'
import { contractCheck } from './contracts.ts'
import { docLinkCheck } from './doc-links.ts'
import { lockCheck } from './lock.ts'

const canaryCheck: Check = {
  name: 'boundary canary',
  async run() {
    const { found, problems } = checkCanary(ROOT)
    return problems.length === 0 ? { state: 'passed', detail: `${found} planted violations found` } : { state: 'failed', detail: problems.join('\n') }
  },
}

/** Everything that can be said about the tree without running it, in the order of how often it is wrong. */
export const CHECKS: readonly Check[] = [
  programCheck('type check (tsc)', [localBin('tsc'), '-p', 'tsconfig.json', '--noEmit']),
  programCheck('lint and layer fence (oxlint)', [localBin('oxlint'), '--quiet']),
  canaryCheck,
  programCheck('dead code and dependencies (knip)', [localBin('knip'), '--no-progress', '--no-config-hints']),
  programCheck('contract style (buf lint)', [localBin('buf'), 'lint']),
  contractCheck,
  compatDocCheck,
  docLinkCheck,
  lockCheck,
]
