/** /v1/files: bytes that clients bring, in one request or announced first. */
import type { File, FileCreate, FilePage } from "@myspinbot/contracts/types.ts";
import { validateFileCreate } from "@myspinbot/contracts/validators.js";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { Hono, type Context } from "hono";
import type { AppEnv } from "../app-env.ts";
import { AppError } from "../errors/app-error.ts";
import { fieldErrors } from "../errors/field-errors.ts";
import { detectMedia } from "../files/detect-media.ts";
import { cleanFileName, fileNameOf } from "../files/file-name.ts";
import type { FileRecord } from "../files/file-record.ts";
import type { MayStore } from "../files/file-store.ts";
import { openBody } from "../middleware/bytes-body/open-body.ts";
import { readJson } from "../middleware/json-body/json-body.ts";
import { wholeNumber } from "../middleware/params/query.ts";
import { assertNoEncoding, mediaTypeOf } from "../middleware/media-type.ts";
import type { PassingBytes, PassingRuntime } from "../passing-bytes.ts";

const PAGE = { min: 1, max: 200, otherwise: 50 };
const BYTES = /^(image|audio|video)\/[a-z0-9.+-]{1,60}$/;
/** What clients say who do not know more; generated ones can say no more. The bytes tell the rest. */
const SOME_BYTES = /^(?:application\/octet-stream|(image|audio|video)\/\*)$/;

export function fileRoutes(runtime: PassingRuntime): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .post("/", async (c) => {
      const { files } = c.var.connect();
      const mediaType = mediaTypeOf(c.req.raw);
      const record =
        mediaType === "application/json"
          ? await files.expect(c.var.owner, await readAnnouncement(c))
          : await putBytes(c, runtime);
      return c.json(toFile(record), 201);
    })
    .get("/", async (c) => {
      const limit = wholeNumber("limit", c.req.query("limit"), PAGE);
      const cursor = c.req.query("cursor");
      const page = await c.var.connect().files.list(c.var.owner, { limit, ...(cursor ? { cursor } : {}) });
      return c.json<FilePage>({ ...page, files: page.files.map(toFile) });
    })
    .put("/:file_id/content", async (c) => {
      const file = c.req.param("file_id");
      const record = await withBytes(c, runtime, (given) =>
        c.var.connect().files.putContent(c.var.owner, file, given),
      );
      return c.json(toFile(record));
    })
    .post("/:file_id/complete", async (c) => {
      const { files } = c.var.connect();
      const file = c.req.param("file_id");
      const record = await files.use(c.var.owner, file);
      if (!record) throw await files.missing(c.var.owner, file);
      if (record.status !== "complete")
        throw new AppError("file-incomplete", `The bytes of ${record.file_id} have not been uploaded.`);
      return c.json(toFile(record));
    })
    .delete("/:file_id", async (c) => {
      await c.var.connect().files.delete(c.var.owner, c.req.param("file_id"));
      return c.body(null, 204);
    });
}

async function readAnnouncement(c: Context<AppEnv>): Promise<FileCreate> {
  const create = await readJson<FileCreate>(c.req.raw, (body) => fieldErrors(validateFileCreate, body));
  await c.var.recheckIfSlow();
  return { ...create, name: cleanFileName(create.name, "/name") };
}

async function putBytes(c: Context<AppEnv>, runtime: PassingRuntime): Promise<FileRecord> {
  const request = c.req.raw;
  const given = mediaTypeOf(request);
  const name = fileNameOf(request.headers.get("content-disposition") ?? undefined, "file");
  return withBytes(c, runtime, async ({ bytes, may }) => {
    const some = SOME_BYTES.exec(given);
    const mediaType = some ? detectMedia(bytes.head, some[1]) : given;
    if (mediaType === undefined) throw unsupported(`The bytes are of no kind that is taken as ${given}.`);
    return c.var.connect().files.put(c.var.owner, { name, mediaType, bytes, may });
  });
}

function unsupported(detail: string): AppError {
  return new AppError("unsupported-media-type", detail);
}

/** Opens the request's bytes for `store`; what is not taken of them is not read. */
async function withBytes(
  c: Context<AppEnv>,
  runtime: PassingRuntime,
  store: (given: { bytes: PassingBytes; may: MayStore }) => Promise<FileRecord>,
): Promise<FileRecord> {
  const request = c.req.raw;
  const mediaType = mediaTypeOf(request);
  if (!BYTES.test(mediaType) && !SOME_BYTES.test(mediaType)) {
    throw unsupported(
      "Files are image/*, audio/* or video/*, or application/octet-stream; application/json announces one.",
    );
  }
  assertNoEncoding(request);
  const bytes = await openBody(request, DEFAULTS.file_bytes, runtime);
  if (bytes.size === 0) throw new AppError("invalid-request", "The body is empty.");
  const may: MayStore = async (again) => {
    await c.var.recheckIfSlow();
    if (!again) await c.var.connect().countUpload(c.var.caller.key, bytes.size);
  };
  try {
    return await store({ bytes, may });
  } finally {
    await bytes.drop();
  }
}

function toFile({ owner: _, ...record }: FileRecord & { created_at?: string }): File {
  if (record.status === "complete") return record;
  return { ...record, upload: { method: "PUT", url: `/v1/files/${record.file_id}/content` } };
}
