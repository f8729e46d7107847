/** What the id of a file says: the shard that lists it. */

const FILE_ID = /^file_[0-9A-HJKMNP-TV-Z]{26}$/;

export function isFileId(id: string): boolean {
  return FILE_ID.test(id);
}

/** By the id's random end; the number of shards is fixed for the life of the data. */
export function shardOfFile(id: string, shards: readonly string[]): string {
  return shards[Number.parseInt(id.slice(-6), 36) % shards.length]!;
}
