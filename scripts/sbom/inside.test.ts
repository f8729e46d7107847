/** `npm run sbom` as it is called while an image is built, and where something new comes into one. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../services/binaries.ts";
import { chainOf, readStages } from "./dockerfile.ts";
import { componentsOf, IMAGES } from "./images.ts";
import { call, documentIn, lay, purlsOf, stagesOf } from "./laid-out.ts";
import { partsOf } from "./parts.ts";

const CPU = IMAGES[1]!;

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "sbom-"));
});
afterAll(() => rmSync(dir, { recursive: true }));

describe("a document that is written while its image is built", () => {
  const image = join(ROOT, "infra/images");
  const inside = (): string => {
    const root = join(dir, "inside");
    for (const [file, text] of Object.entries({
      "var/lib/dpkg/status":
        "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.36-9+deb12u10\n\n" +
        "Package: gone\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1\n",
      "etc/os-release": 'ID=debian\nVERSION_ID="12"\n',
      "usr/local/lib/node_modules/npm/package.json": '{"name": "npm", "version": "11.9.0"}',
    })) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    return root;
  };

  it.each([
    ["gateway.Dockerfile", "contents", "gateway"],
    ["gpu-node.Dockerfile", "contents", "gpu-node-cpu"],
    ["gpu-node.Dockerfile", "contents", "gpu-node-cuda"],
    ["gpu-node.Dockerfile", "plain-contents", "gpu-node-plain"],
  ])(
    "%s, stage %s: is made from what lies there, and names what the base image holds: %s",
    (file, stage, name) => {
      const root = join(dir, name);
      const stages = stagesOf(file);
      lay(root, stages, stage, { "/app/ui/build/packages.json": "ui/build/packages.json" });
      const site = join(root, ".data/venv/lib/python3.12/site-packages/pip-25.0.1.dist-info");
      mkdirSync(site, { recursive: true });
      writeFileSync(join(site, "METADATA"), "Name: pip\nVersion: 25.0.1\nLicense: MIT\n\nText\n");
      const runs = chainOf(stages, stage)
        .at(-1)!
        .instructions.filter(({ word }) => word === "RUN");
      const command = runs
        .flatMap(({ rest }) => rest.split(" && "))
        .find((each) => each.includes(`--only ${name} `))!;
      const args = command
        .replace("--inside / --out /sbom", `--inside ${inside()} --out ${root}/out`)
        .split(" ")
        .slice(2);
      expect(call(root, args)).toMatchObject({ status: 0, stderr: "" });
      const document = documentIn(join(root, "out"), name);
      expect(purlsOf(document.components, "deb")).toEqual([
        "debian/libc6@2.36-9+deb12u10?arch=amd64&distro=debian-12",
      ]);
      const beside = name === "gateway" ? ["npm", "11.9.0"] : ["pip", "25.0.1"];
      expect(document.components).toContainEqual(
        expect.objectContaining({ name: beside[0], version: beside[1] }),
      );
      const outside = componentsOf(
        IMAGES.find((each) => each.name === name)!,
        { root: ROOT, arch: process.arch },
      );
      expect(document.components.map(({ name }) => name)).toEqual(
        expect.arrayContaining(outside.map((each) => each.name)),
      );
    },
  );

  it.each([
    [
      "a package in a lock",
      "gpu-node/requirements-media.lock",
      (text: string) => `${text}brought-later==1.2.3 \\\n    --hash=sha256:${"ab".repeat(32)}\n`,
    ],
    [
      "another lock",
      "infra/images/gpu-node.Dockerfile",
      (text: string) =>
        text.replaceAll(
          "-r gpu-node/requirements-media.lock",
          "-r gpu-node/requirements-media.lock -r gpu-node/brought.lock",
        ),
    ],
    [
      "a package of Debian",
      "infra/images/gpu-node.Dockerfile",
      (text: string) =>
        text.replace(
          "FROM base AS cpu",
          "FROM base AS cpu\nRUN apt-get update && apt-get install -y --no-install-recommends brought-later",
        ),
    ],
  ])("names %s that is brought later", (_, file, change) => {
    const root = mkdtempSync(join(dir, "changed-"));
    lay(root, stagesOf("gpu-node.Dockerfile"), "contents");
    writeFileSync(join(root, "gpu-node/brought.lock"), "brought-later==1.2.3\n");
    const names = (): string[] => componentsOf(CPU, { root, arch: "x64" }).map((each) => each.name);
    expect(names()).not.toContain("brought-later");
    writeFileSync(join(root, file), change(readFileSync(join(root, file), "utf8")));
    expect(names()).toContain("brought-later");
  });

  it.each([
    "RUN curl -o /usr/bin/tool https://example.org/tool",
    "ADD https://example.org/tool /usr/bin/tool",
    "COPY --from=models /usr/local/bin/node /usr/local/bin/node",
    "RUN .data/venv/bin/pip install left-pad",
  ])("is refused where it is not known what comes into the image: %s", (line) => {
    const text = readFileSync(join(image, "gpu-node.Dockerfile"), "utf8");
    const stages = readStages(text.replace("FROM base AS cpu", `FROM base AS cpu\n${line}`));
    expect(() => partsOf(stages, "cpu")).toThrow(/not (understood|known)|without a lock/);
  });

  it("says in one sentence which file is missing, and which image there is not", () => {
    const root = mkdtempSync(join(dir, "less-"));
    lay(root, stagesOf("gpu-node.Dockerfile"), "contents");
    rmSync(join(root, "gpu-node/requirements-media.lock"));
    expect(call(root, ["--only", "gpu-node-cpu"])).toMatchObject({
      status: 1,
      stderr:
        "The list of what is in an image cannot be written: gpu-node/requirements-media.lock is missing: it names what the image holds.\n",
    });
    expect(call(root, ["--only", "gpu"])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("there is no image gpu: there are gateway, gpu-node-cpu"),
    });
  });
});
