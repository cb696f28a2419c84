export interface RefStore {
  move(to: string): Promise<string>
}
