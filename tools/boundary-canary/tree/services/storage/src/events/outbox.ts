import { events } from '@hearth/events'

export const publish = events
