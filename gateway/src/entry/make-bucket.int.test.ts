/** The bucket is made where the region says, as soon as the store is there; what the store answers is told. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { systemClock } from "../clock.ts";
import { createObjectStore, type ObjectStore } from "../artifacts/object-store.ts";
import { createLogger } from "../telemetry/logger.ts";
import { makeBucket } from "./make-bucket.ts";

interface Answer {
  status: number;
  code: string;
}

let server: Server;
afterEach(() => server.close());

/** A store that answers the first requests as told, and then knows one bucket after it was made. */
async function storeThat(
  region: string,
  ...answers: Answer[]
): Promise<{ store: ObjectStore; made: string[] }> {
  const made: string[] = [];
  server = createServer((request, response) => {
    void (async () => {
      const body = (await request.toArray()).join("");
      const told = answers.shift();
      if (request.method === "PUT" && !told) made.push(body);
      const missing = { status: 404, code: "NoSuchBucket" };
      const { status, code } = told ?? (made.length === 0 ? missing : { status: 200, code: "" });
      response.writeHead(status).end(code ? `<Error><Code>${code}</Code></Error>` : "");
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    store: createObjectStore({
      endpoint,
      region,
      bucket: "films",
      accessKey: "a",
      secretKey: "b",
      clock: systemClock,
    }),
    made,
  };
}

it.each([
  ["eu-central-1", expect.stringContaining("<LocationConstraint>eu-central-1</LocationConstraint>")],
  ["us-east-1", ""],
])("is made in %s", async (region, body) => {
  const { store, made } = await storeThat(region);
  await store.ensureBucket();
  await store.ensureBucket();
  expect(made).toEqual([body]);
});

it.each([
  [403, "InvalidAccessKeyId", ": correct GATEWAY_S3_ACCESS_KEY"],
  [403, "SignatureDoesNotMatch", ": correct GATEWAY_S3_SECRET_KEY"],
  [403, "AccessDenied", ": let the access key do this, as the policies in infra/minio have it"],
  [403, "RequestTimeTooSkewed", ": set the clock of this machine, or the store's"],
  [400, "AuthorizationHeaderMalformed", ": correct GATEWAY_S3_REGION"],
  [301, "PermanentRedirect", ": correct GATEWAY_S3_ENDPOINT and GATEWAY_S3_REGION"],
  [400, "toString", ""],
])("is reported as the store answers, with what mends it: %s %s", async (status, code, remedy) => {
  const { store } = await storeThat("us-east-1", { status, code });
  await expect(store.ensureBucket()).rejects.toMatchObject({
    code: "store-unavailable",
    detail: `The object store answered ${status} (${code})${remedy}; try again.`,
  });
});

it("is tried again until it is there, and each reason is said once", async () => {
  const slow = { status: 503, code: "SlowDown" };
  const { store, made } = await storeThat("us-east-1", slow, slow, { status: 500, code: "InternalError" });
  const lines: string[] = [];
  const logger = createLogger({ now: Date.now, level: "warn", write: (line) => lines.push(line) });
  await makeBucket(store, logger, new AbortController().signal);
  expect(made).toHaveLength(1);
  expect(lines.map((line) => (JSON.parse(line) as { reason: string }).reason)).toEqual([
    "The object store answered 503 (SlowDown); try again.",
    "The object store answered 500 (InternalError); try again.",
  ]);
});
