/** Reads a page of an S3 listing (ListObjectsV2); there is no XML parser in every runtime. */
import type { Send } from "./signed-requests.ts";

export interface ListPage {
  /** In the store's order. A box may have put there what it likes, and a store may name what lies elsewhere. */
  keys: string[];
  /** Continues the listing behind this page. */
  next?: string;
}

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

export async function listPage(send: Send, prefix: string, token?: string): Promise<ListPage> {
  const query = new URLSearchParams({ "list-type": "2", "max-keys": "1000", prefix });
  if (token !== undefined) query.set("continuation-token", token);
  return readPage(await (await send(`?${query.toString().replaceAll("+", "%20")}`, {}, [200])).text());
}

function readPage(xml: string): ListPage {
  const keys = Array.from(xml.matchAll(/<Key>([^<]*)<\/Key>/g), ([, key]) => decode(key ?? ""));
  const [, next] = /<NextContinuationToken>([^<]+)<\/NextContinuationToken>/.exec(xml) ?? [];
  return next === undefined ? { keys } : { keys, next: decode(next) };
}

function decode(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w{1,8}));/g, (whole, decimal, hex, name) => {
    const code = decimal === undefined ? parseInt((hex as string | undefined) ?? "", 16) : Number(decimal);
    if (code <= 0x10ffff) return String.fromCodePoint(code);
    return ENTITIES[name as string] ?? whole;
  });
}
