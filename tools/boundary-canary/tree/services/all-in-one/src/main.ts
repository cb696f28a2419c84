import { startAuth } from '@hearth/auth'
import { startStorage } from '@hearth/storage'

export const parts = [startAuth, startStorage]
