import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { readPage } from "./page-files.ts";

const folder = mkdtempSync(join(tmpdir(), "page-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

mkdirSync(join(folder, "_app/immutable"), { recursive: true });
for (const [name, text] of Object.entries({
  "200.html": "<h1>",
  "_app/immutable/a.js": "1;",
  "_app/version.json": "{}",
  ".stamp": "x",
}))
  writeFileSync(join(folder, name), text);
writeFileSync(join(folder, "_app/immutable/a.js.gz"), gzipSync("1;"));

const { page } = readPage(folder);
const ask = (path: string | undefined, headers: Record<string, string> = {}, method = "GET") =>
  page?.(new Request("http://localhost/", { method, headers }), path);

describe("the files of the page", () => {
  it("keep for ever what is named by its bytes, and nothing else", () => {
    expect(ask("/_app/immutable/a.js")?.headers.get("cache-control")).toBe(
      "public, max-age=31536000, immutable",
    );
    for (const path of [undefined, "/_app/version.json"])
      expect(ask(path)?.headers.get("cache-control")).toBe("no-cache");
    expect(ask(undefined)?.headers.get("content-type")).toBe("text/html; charset=utf-8");
  });

  it("are sent as they were packed to whoever takes it", async () => {
    const packed = ask("/_app/immutable/a.js", { "accept-encoding": "deflate, GZIP;q=0.5" });
    expect(packed?.headers.get("content-encoding")).toBe("gzip");
    for (const accepted of ["br", "gzip;q=0", "identity"]) {
      const plain = ask("/_app/immutable/a.js", { "accept-encoding": accepted });
      expect(plain?.headers.get("content-encoding"), accepted).toBeNull();
      expect(await plain?.text()).toBe("1;");
    }
  });

  it("are not sent again to whoever has them, nor to HEAD", async () => {
    const etag = ask(undefined)?.headers.get("etag") ?? "";
    expect(ask(undefined, { "if-none-match": etag })?.status).toBe(304);
    const head = ask(undefined, {}, "HEAD");
    expect([head?.status, await head?.text(), head?.headers.get("content-length")]).toEqual([200, "", "4"]);
  });

  it.each(["/.stamp", "/../secret", "/_app", "/_app/immutable/../version.json", "/nothing", "/a.js.gz"])(
    "are no way to %s",
    (path) => {
      expect(ask(path)).toBeUndefined();
    },
  );

  it("are none where nothing was built", () => {
    expect(readPage(join(folder, "nowhere"))).toEqual({});
  });
});
