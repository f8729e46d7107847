/** The files and flags of SeaweedFS: who may speak to it, and where it keeps what. */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ownCertificate } from "./certificate.ts";

export interface S3Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** One port each; a grpc port lies this much above, where its parts look for each other. */
export const GRPC_ABOVE = 10_000;

export interface SeaweedPorts {
  readonly s3: number;
  readonly master: number;
  readonly volume: number;
  readonly filer: number;
}

/** The part of SeaweedFS's credential file that we write and read. */
interface S3Identities {
  readonly identities: [{ readonly credentials: [S3Credentials] }];
}

/** Below that nothing is written any more. In bytes: a hundredth of a large disk is a lot of room. */
const LEAST_FREE = "64MiB";
const PARTS = ["master", "volume", "filer"];

/**
 * Flags of the three processes, by name. As one process (`weed server`) it would put a socket per port into
 * /tmp, whatever it is told, and leave it there.
 */
export function seaweedFlags(ports: SeaweedPorts, host: string): Readonly<Record<string, readonly string[]>> {
  const { s3, master, volume, filer } = ports;
  const common = (part: string, port: number): string[] => [
    "-logtostderr=true",
    part,
    `-ip=${host}`,
    `-ip.bind=${host}`,
    `-port=${port}`,
    `-port.grpc=${port + GRPC_ABOVE}`,
  ];
  // Paths are relative to the folder in which it runs: those of sockets may have a hundred letters.
  return {
    master: [
      ...common("master", master),
      "-mdir=objects",
      "-peers=none",
      "-telemetry=false",
      "-electionTimeout=1s",
      "-heartbeatInterval=100ms",
      "-volumeSizeLimitMB=256",
    ],
    volume: [
      ...common("volume", volume),
      "-dir=objects",
      "-max=0",
      `-minFreeSpace=${LEAST_FREE}`,
      "-preStopSeconds=0",
      `-master=${host}:${master}`,
    ],
    filer: [
      ...common("filer", filer),
      `-master=${host}:${master}`,
      "-defaultStoreDir=objects",
      "-localSocket=filer.sock",
      "-s3",
      `-s3.port=${s3}`,
      `-s3.port.grpc=${s3 + GRPC_ABOVE}`,
      "-s3.port.iceberg=0",
      "-s3.port.lance=0",
      "-s3.iam=false",
      "-s3.localSocket=s3.sock",
      "-s3.config=s3.json",
    ],
  };
}

/**
 * Its own ports, HTTP and grpc, ask for a certificate that only its own processes have; the S3 port asks for
 * signatures. No page of a browser is answered.
 */
export function writeSecurity(dir: string, host: string): void {
  const { cert, key } = ownCertificate(dir, [host]);
  const pair = `cert = ${JSON.stringify(cert)}\nkey = ${JSON.stringify(key)}\n`;
  const ca = `ca = ${JSON.stringify(cert)}\n`;
  const sections = [
    `[grpc]\n${ca}`,
    ...[...PARTS, "s3", "client"].map((part) => `[grpc.${part}]\n${pair}`),
    `[https.client]\nenabled = true\n${pair}${ca}`,
    ...PARTS.map((part) => `[https.${part}]\n${pair}${ca}`),
    '[cors.allowed_origins]\nvalues = "http://127.0.0.1"\n',
  ];
  writeFileSync(join(dir, "security.toml"), sections.join("\n"), { mode: 0o600 });
}

/** Made once per folder, so that objects stay readable over restarts. */
export function ownCredentials(dir: string): S3Credentials {
  const file = join(dir, "s3.json");
  if (!existsSync(file)) {
    const credentials = [
      { accessKey: randomBytes(10).toString("hex"), secretKey: randomBytes(20).toString("hex") },
    ];
    const actions = ["Admin", "Read", "Write", "List", "Tagging"];
    const content = { identities: [{ name: "myspinbot", credentials, actions }] };
    writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
  }
  const { identities } = JSON.parse(readFileSync(file, "utf8")) as S3Identities;
  return identities[0].credentials[0];
}
