/** infra/kubernetes: what kustomize makes of it fits Kubernetes's schemas, and says what our services and images know. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "@myspinbot/services/binaries.ts";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { judge, render } from "./kubernetes/tools.ts";

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}
interface Container {
  readonly name: string;
  readonly image: string;
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly envFrom: readonly { readonly configMapRef: { readonly name: string } }[];
  readonly securityContext: object;
  readonly resources: { readonly limits: Record<string, string> };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}
interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly [Container]; readonly securityContext: object };
    };
  };
}

const folder = (name: string): string => join(ROOT, "infra", "kubernetes", name);
const base = render(folder("base"));
const manifests = parseAllDocuments(base).map((document) => document.toJS() as Manifest);
const deployments = manifests.filter(({ kind }) => kind === "Deployment");
const containers = deployments.map(({ spec }) => spec.template.spec.containers[0]);
const settingsOf = ({ envFrom }: Container): Readonly<Record<string, string>> =>
  manifests.find(
    ({ kind, metadata }) => kind === "ConfigMap" && metadata.name === envFrom[0]!.configMapRef.name,
  )!.data!;

describe.each(["base", "gpu"])("infra/kubernetes/%s", (name) => {
  it("fits Kubernetes's schemas, without a field that they do not know", () => {
    const verdicts = judge(render(folder(name)));
    expect(verdicts).toContainEqual(["Deployment gateway", "fits"]);
    expect(verdicts.filter(([, verdict]) => verdict !== "fits")).toEqual([]);
  });
});

it("a field that Kubernetes does not know, or of another kind, is found", () => {
  const [strange, wrong] = [
    base.replace("replicas: 2", "replica: 2"),
    base.replace("replicas: 2", "replicas: two"),
  ];
  for (const text of [strange, wrong])
    expect(judge(text).filter(([, verdict]) => verdict !== "fits")).toEqual([
      ["Deployment gateway", expect.any(String)],
    ]);
});

it("all of it lies in one namespace, which lets nothing in that is not restricted", () => {
  const [namespace, ...others] = manifests;
  expect(namespace).toMatchObject({
    kind: "Namespace",
    metadata: { name: "myspinbot", labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
  });
  expect(new Set(others.map(({ metadata }) => metadata.namespace))).toEqual(new Set(["myspinbot"]));
});

describe.each(containers.map((container) => [container.name, container] as const))(
  "the pods of %s",
  (_, container) => {
    it("are given settings that the service knows, and files in place of secrets", () => {
      const known = new Set(
        [...readFileSync(join(ROOT, ".env.example"), "utf8").matchAll(/^#? ?(\w+)=/gm)].map(
          ([, variable]) => variable,
        ),
      );
      const settings = settingsOf(container);
      expect(Object.keys(settings).filter((variable) => !known.has(variable))).toEqual([]);
      const secrets = container.volumeMounts.find(({ name }) => name === "secrets")!.mountPath;
      for (const variable of Object.keys(settings).filter((name) =>
        /REDIS_URL|_KEY|SECRET|PASSWORD/.test(name),
      ))
        expect([variable, settings[variable]]).toEqual([
          expect.stringMatching(/_FILE$/),
          expect.stringMatching(new RegExp(`^${secrets}/\\w+$`)),
        ]);
    });

    it("are asked at the port of the service, at what it answers", () => {
      const { livenessProbe, readinessProbe, ports } = container;
      expect([livenessProbe, readinessProbe].map(({ httpGet }) => httpGet)).toEqual([
        { path: "/healthz", port: "http" },
        { path: "/readyz", port: "http" },
      ]);
      const port = Object.entries(settingsOf(container)).find(([name]) => name.endsWith("_PORT"))![1];
      expect(ports).toEqual([{ name: "http", containerPort: Number(port) }]);
    });

    it("are what the image is: nobody's root, on a system that is only read, with bounded memory", () => {
      const dockerfile = readFileSync(join(ROOT, "infra", "images", `${container.name}.Dockerfile`), "utf8");
      const [, uid] = /^USER (\d+):\d+$/m.exec(dockerfile)!;
      const pod = deployments.find(({ metadata }) => metadata.name === container.name)!.spec.template.spec;
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: Number(uid) });
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      expect(container.resources.limits.memory).toMatch(/^\d+Gi$/);
      const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
      expect(container.image).toBe(`myspinbot/${container.name}:${version}`);
    });
  },
);
