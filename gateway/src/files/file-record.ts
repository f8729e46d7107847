/** What is known of a file that a client brought. */
import { objectKeys } from "@myspinbot/contracts/keys.ts";
import type { File, FileCreate } from "@myspinbot/contracts/types.ts";

/** `expected` as long as the bytes have not come. */
export interface FileRecord extends FileCreate {
  file_id: string;
  owner: string;
  status: File["status"];
}

/** Where the bytes of a file lie. */
export function fileKey(fileId: string): string {
  return objectKeys.file(fileId);
}
