export const formats = 'formats'
export type formatsType = string
