export const events = 'events'
export type eventsType = string
