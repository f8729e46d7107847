/** Routes of files that clients bring. */
import { type Route, header, id, query } from "./route.ts";

const FILE_ID = id("file_id", "The file.");
/** Of `application/octet-stream`, and of a type with `*`, the first bytes tell which it is. */
const BYTES = ["application/octet-stream", "image/*", "audio/*", "video/*"];
/** What the address names is not there. */
const NOT_FOUND = { code: "file-not-found", status: 404 };

export const fileRoutes: Route[] = [
  {
    method: "post",
    path: "/v1/files",
    operation: "createFile",
    tag: "files",
    summary: "Bring a file: its bytes at once, or their description first",
    parameters: [
      header("Content-Disposition", '`attachment; filename="..."`: the name, when the body is the bytes.'),
    ],
    body: { title: "FileCreate", media: BYTES },
    answers: [
      {
        status: 201,
        description: "The file; with `upload` when its bytes are still to come.",
        body: "File",
      },
    ],
    problems: [
      "invalid-request",
      "malformed-json",
      "body-too-deep",
      "body-too-large",
      "unsupported-media-type",
      "file-mismatch",
    ],
  },
  {
    method: "get",
    path: "/v1/files",
    operation: "listFiles",
    tag: "files",
    summary: "Your files, newest first",
    parameters: [
      query("limit", "At most so many.", { type: "integer", minimum: 1, maximum: 200 }),
      query("cursor", "`next_cursor` of the page before.", { type: "string" }),
    ],
    answers: [{ status: 200, description: "One page.", body: "FilePage" }],
    problems: ["invalid-request"],
  },
  {
    method: "put",
    path: "/v1/files/{file_id}/content",
    operation: "putFileContent",
    tag: "files",
    summary: "Bring the bytes of an announced file",
    parameters: [FILE_ID],
    body: { media: BYTES },
    answers: [{ status: 200, description: "The file.", body: "File" }],
    problems: [NOT_FOUND, "invalid-request", "file-mismatch", "body-too-large", "unsupported-media-type"],
  },
  {
    method: "post",
    path: "/v1/files/{file_id}/complete",
    operation: "completeFile",
    tag: "files",
    summary: "Say that the bytes lie in the store; they are checked",
    parameters: [FILE_ID],
    answers: [{ status: 200, description: "The file.", body: "File" }],
    problems: [NOT_FOUND, "file-incomplete"],
  },
  {
    method: "delete",
    path: "/v1/files/{file_id}",
    operation: "deleteFile",
    tag: "files",
    summary:
      "Remove a file; runs that use it already keep it until their end. By itself it goes a day after its last use",
    parameters: [FILE_ID],
    answers: [{ status: 204, description: "It is gone." }],
    problems: [NOT_FOUND],
  },
];
