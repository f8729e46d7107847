import { describe, expect, it } from "vitest";
import { fromMetadata, toMetadata } from "./file-metadata.ts";

const record = {
  file_id: "file_1",
  owner: "default",
  name: "Größe 👩‍🚀.png",
  media_type: "image/png",
  size: 3,
  sha256: "a".repeat(64),
  status: "complete" as const,
};

describe("file metadata", () => {
  it("carries names beyond ASCII in ASCII", () => {
    const metadata = toMetadata(record);
    for (const value of Object.values(metadata)) expect(value).toMatch(/^[\x21-\x7e]+$/);
    expect(fromMetadata("file_1", { size: 3, mediaType: "image/png", metadata })).toEqual(record);
  });

  it("takes what was brought before there were owners as the default owner's", () => {
    const { owner: _, ...metadata } = toMetadata({ ...record, owner: "other" });
    expect(fromMetadata("file_1", { size: 3, mediaType: "image/png", metadata })).toEqual(record);
  });

  it("keeps the longest name within what stores take", () => {
    const metadata = toMetadata({ ...record, name: "👩".repeat(200) });
    expect(JSON.stringify(metadata).length).toBeLessThan(2048);
  });

  it("does not take a foreign object for a file", () => {
    expect(fromMetadata("file_1", { size: 3, mediaType: "image/png", metadata: {} })).toBeUndefined();
  });
});
