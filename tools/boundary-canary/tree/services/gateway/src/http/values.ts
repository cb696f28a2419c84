export const planted = 'a value'
