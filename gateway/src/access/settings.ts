/** Who is served at all: from which hosts, for which origins, with or without keys. */

export interface AccessSettings {
  /** Whether a key is needed although none was made yet. */
  required: boolean;
  /** Where clients find this gateway; its host is one of ours. */
  publicUrl?: URL;
  /** Whether the runtime brings only requests to hosts that were given to this gateway. */
  routed?: boolean;
  /** Origins of pages elsewhere that may use the API. */
  allowedOrigins: ReadonlySet<string>;
}

export const OPEN_ACCESS: AccessSettings = { required: false, allowedOrigins: new Set() };

/** @param config of the gateway; both addresses were checked there */
export function accessSettings(config: {
  auth: "auto" | "required";
  public_url: string;
  allowed_origins: readonly string[];
}): AccessSettings {
  return {
    required: config.auth === "required",
    ...(config.public_url === "" ? {} : { publicUrl: new URL(config.public_url) }),
    allowedOrigins: new Set(config.allowed_origins.map((origin) => new URL(origin).origin)),
  };
}
