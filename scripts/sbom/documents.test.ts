/** `npm run sbom`: a document for each image, as CycloneDX wants it, with all that its Dockerfile installs. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../services/binaries.ts";
import { chainOf, copied } from "./dockerfile.ts";
import { componentsOf, IMAGES, type Image } from "./images.ts";
import { call, documentIn, lay, purlsOf, stagesOf } from "./laid-out.ts";

const [GATEWAY, CPU] = IMAGES as [Image, Image];
const DOCKERFILES = readdirSync(join(ROOT, "infra", "images")).filter((name) =>
  /^g.*\.Dockerfile$/.test(name),
);
/** In locks, and for other systems. */
const ELSEWHERE = ["async-timeout", "httpx2-jsfetch", "colorama"];
const namesIn = (lock: string): string[] =>
  Array.from(
    readFileSync(join(ROOT, "gpu-node", lock), "utf8").matchAll(/^([\w.-]+)==(\S+)/gm),
    (row) => `${row[1]}@${row[2]}`,
  );

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "sbom-"));
});
afterAll(() => rmSync(dir, { recursive: true }));

describe("the documents of the images", () => {
  it("are what CycloneDX wants, and the same bytes each time", async () => {
    const [first, second] = ["first", "second"].map((name) => join(dir, name)) as [string, string];
    expect(call(ROOT, ["--out", first])).toMatchObject({ status: 0, stderr: "" });
    expect(call(ROOT, ["--out", second], { SOURCE_DATE_EPOCH: "1767225600" })).toMatchObject({ status: 0 });
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot7);
    for (const { name } of IMAGES) {
      const text = readFileSync(join(first, `${name}.cdx.json`), "utf8");
      expect(await validator.validate(text)).toBeNull();
      expect(await validator.validate(text.replace('"library"', '"libary"'))).not.toBeNull();
      const later = documentIn(second, name);
      expect(later.metadata.timestamp).toBe("2026-01-01T00:00:00.000Z");
      delete later.metadata.timestamp;
      expect(`${JSON.stringify(later, null, 2)}\n`).toBe(text);
    }
  });

  it("name all packages of the lock files that each image installs, and no others", () => {
    const plain = namesIn("requirements.lock");
    const whole = [...plain, ...namesIn("requirements-media.lock"), ...namesIn("requirements-models.lock")];
    const expected: Record<string, string[]> = {
      gateway: [],
      "gpu-node-plain": plain,
      "gpu-node-cpu": whole,
      "gpu-node-cuda": whole,
    };
    for (const image of IMAGES) {
      const components = componentsOf(image, { root: ROOT, arch: "x64" });
      const here = new Set(expected[image.name]!.filter((each) => !ELSEWHERE.includes(each.split("@")[0]!)));
      expect(purlsOf(components, "pypi").toSorted()).toEqual([...here].toSorted());
    }
  });

  it("name what npm says that it would install for the gateway, and what is in the page", () => {
    const root = join(dir, "npm");
    lay(root, stagesOf("gateway.Dockerfile"), "packages");
    const [, line] = /RUN (npm ci .*)/.exec(
      readFileSync(join(ROOT, "infra/images/gateway.Dockerfile"), "utf8"),
    )!;
    const args = [...line!.split(" ").slice(1), "--dry-run", "--offline", "--loglevel=error"];
    const { stdout } = spawnSync("npm", args, { cwd: root, encoding: "utf8" });
    const installed = Array.from(
      stdout.matchAll(/^add (\S+) (\S+)$/gm),
      ([, name, version]) => `${name}@${version}`,
    );
    expect(installed).toContainEqual(expect.stringMatching(/^hono@/));
    const bundled = JSON.parse(readFileSync(join(ROOT, "ui/build/packages.json"), "utf8")) as {
      name: string;
      version: string;
    }[];
    const page = bundled.map(({ name, version }) => `${name}@${version}`);
    expect(page).toContainEqual(expect.stringMatching(/^svelte@/));
    const named = purlsOf(componentsOf(GATEWAY, { root: ROOT, arch: "x64" }), "npm");
    const ours = installed.filter((each) => !each.startsWith("@myspinbot/"));
    const styles = [/^@fontsource-variable\/inter@/, /^tailwindcss@/];
    expect(named.filter((each) => !styles.some((style) => style.test(each))).toSorted()).toEqual(
      [...new Set([...ours, ...page])].toSorted(),
    );
    for (const style of styles) expect(named).toContainEqual(expect.stringMatching(style));
  });

  it("name the image that each is made from and all models, with their digests and carriers", () => {
    const components = componentsOf(CPU, { root: ROOT, arch: "x64" });
    const digests = JSON.parse(
      readFileSync(join(ROOT, "gpu-node/src/mediakit/model_digests.json"), "utf8"),
    ) as Record<string, string>;
    for (const [name, content] of Object.entries(digests))
      expect(components).toContainEqual(
        expect.objectContaining({
          name,
          hashes: [{ alg: "SHA-256", content }],
          pedigree: {
            ancestors: expect.arrayContaining([expect.objectContaining({ purl: expect.any(String) })]),
          },
        }),
      );
    expect(components).toContainEqual(
      expect.objectContaining({
        type: "container",
        name: "python",
        version: expect.stringMatching(/^3\.12\.\d+-slim-/),
      }),
    );
    expect(components).toContainEqual(
      expect.objectContaining({ type: "platform", version: expect.stringMatching(/^3\.12\.\d+$/) }),
    );
    expect(purlsOf(components, "oci")).toEqual([
      expect.stringMatching(/^python@sha256:[0-9a-f]{64}\?tag=3\.12\./),
    ]);
  });

  it("are there for every image that the Dockerfiles make", () => {
    const made = DOCKERFILES.flatMap((file) => {
      const stages = stagesOf(file);
      const used = stages.flatMap(({ from, instructions }) => [
        from,
        ...instructions.filter(({ word }) => word === "COPY").map((each) => copied(each).stage),
      ]);
      const ends = stages.filter(({ name }) => !used.includes(name)).map(({ name }) => `${file} ${name}`);
      const list = (name: string): boolean =>
        chainOf(stages, name)
          .at(-1)!
          .instructions.some(({ rest }) => rest.endsWith(" sbom.cdx.json"));
      return [...ends, ...stages.filter(({ name }) => list(name)).map(({ name }) => `${file} ${name}`)];
    });
    const known = IMAGES.map(
      ({ dockerfile, target = stagesOf(dockerfile).at(-1)!.name }) => `${dockerfile} ${target}`,
    );
    expect([...new Set(made)].toSorted()).toEqual(known.toSorted());
  });
});
