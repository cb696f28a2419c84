// VIOLATES boundaries/dependencies: infrastructure uses a service
import { startStorage } from '@hearth/storage'
// VIOLATES boundaries/dependencies: infrastructure uses the test kit
import { testkit } from '@hearth/testkit'

export const planted = [startStorage, testkit]
