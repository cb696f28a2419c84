export interface GetBlobRequest {
  readonly oid: string
}
export const ContentServiceService = {}
