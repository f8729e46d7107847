/** A certificate of a server's own: whoever lacks its key cannot speak to its ports. */
import { generateKeyPairSync } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import forge from "node-forge";

export interface Certificate {
  /** Paths of PEM files. */
  readonly cert: string;
  readonly key: string;
}

const DAY_MS = 86_400_000;
const YEARS = 20;

/**
 * Made once per folder. It signs itself, so it is its own authority: for servers and clients of one program.
 * @param addresses under which the server is asked
 * @param days for which it is good from now on; for tests of what comes then
 */
export function ownCertificate(
  dir: string,
  addresses: readonly string[] = ["127.0.0.1"],
  days = YEARS * 365,
): Certificate {
  const files = { cert: join(dir, "tls.pem"), key: join(dir, "tls.key") };
  if (existsSync(files.cert) && existsSync(files.key)) return files;
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const { pki } = forge;
  const certificate = pki.createCertificate();
  certificate.publicKey = pki.publicKeyFromPem(publicKey);
  certificate.serialNumber = "01";
  // A day ago: clocks of a machine may go back a little.
  certificate.validity.notBefore = new Date(Date.now() - DAY_MS);
  certificate.validity.notAfter = new Date(Date.now() + days * DAY_MS);
  const name = [{ name: "commonName", value: "myspinbot" }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([
    { name: "basicConstraints", cA: true },
    { name: "keyUsage", keyCertSign: true, digitalSignature: true, keyEncipherment: true },
    { name: "extKeyUsage", serverAuth: true, clientAuth: true },
    // Type 7: an IP address.
    { name: "subjectAltName", altNames: addresses.map((ip) => ({ type: 7, ip })) },
  ]);
  certificate.sign(pki.privateKeyFromPem(privateKey), forge.md.sha256.create());
  writeFileSync(files.key, privateKey, { mode: 0o600 });
  writeFileSync(files.cert, pki.certificateToPem(certificate), { mode: 0o600 });
  return files;
}
