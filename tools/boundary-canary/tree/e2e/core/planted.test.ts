// VIOLATES boundaries/dependencies: black-box tests import none of our code
import { startStorage } from '@hearth/storage'
// VIOLATES boundaries/dependencies: not even a pure library
import { ids } from '@hearth/ids'

export const planted = [startStorage, ids]
