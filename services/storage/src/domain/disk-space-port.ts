/** Room on one disk. Some is kept back: a database that cannot write its log any more stops, and takes reading with it. */
export interface DiskSpace {
  /** Throws DISK_FULL when so many more bytes would eat into what is kept back. */
  assertRoom(bytes: number): Promise<void>
}
