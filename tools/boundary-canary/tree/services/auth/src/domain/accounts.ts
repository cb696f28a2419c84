export interface Account {
  readonly name: string
}
