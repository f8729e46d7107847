/** Reads the keys out of an S3 ListObjectsV2 answer; there is no XML parser in every runtime. */

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Keys of the page, in order. Our keys hold no character that XML escapes, but others' might. */
export function listKeys(xml: string): string[] {
  return Array.from(xml.matchAll(/<Key>([^<]*)<\/Key>/g), ([, key]) => decode(key ?? ""));
}

function decode(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}
