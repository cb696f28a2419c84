import { hfapi } from '@hearth/hf-api'

export const routes = hfapi
