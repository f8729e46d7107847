/** Says why a connection could not be made, for Redis and the object store alike. */

/** By the code that the system or its TLS gives; `@` stands for the name of the other side. */
const CODES: Record<string, string> = {
  ECONNREFUSED: "Nobody listens at the address of @",
  ENOENT: "There is no socket at the path of @",
  EACCES: "The socket of @ may not be opened",
  ENOTFOUND: "The host name of @ cannot be resolved",
  EAI_AGAIN: "The host name of @ cannot be resolved",
  EHOSTUNREACH: "The host of @ cannot be reached",
  ENETUNREACH: "The host of @ cannot be reached",
  ETIMEDOUT: "@ does not take the connection; perhaps it speaks no TLS and its address asks for it",
  ECONNRESET: "@ closes the connection; perhaps it expects TLS and its address asks for none",
  UND_ERR_SOCKET: "@ closes the connection; perhaps it expects TLS and its address asks for none",
  HPE_INVALID_CONSTANT: "@ answers in another protocol; perhaps it expects TLS and its address asks for none",
  EPROTO: "@ speaks no TLS, and its address asks for it",
  ERR_SSL_WRONG_VERSION_NUMBER: "@ speaks no TLS, and its address asks for it",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "@ speaks no TLS, and its address asks for it",
};
const CERTIFICATE = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT)/;

/** Of addresses that are never called: fetch leaves some ports to other protocols. */
const UNCALLED = "The address of @ has a port that no client of HTTP calls: give it another";

/** One sentence with the code; undefined where neither the error nor what caused it tells of a connection. */
export function connectionFault(error: unknown, name: string): string | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    const { code = "" } = each as NodeJS.ErrnoException;
    const sentence = CERTIFICATE.test(code) ? "The TLS certificate of @ is not trusted" : CODES[code];
    if (sentence !== undefined) return `${sentence.replace("@", name)} (${code})`;
    if (each.message === "bad port") return UNCALLED.replace("@", name);
  }
  return undefined;
}
