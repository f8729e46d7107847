/** What a test gives the app in its process, as variables of a Worker. */
import type { ProcessWide } from "../src/process-wide.ts";

interface Given {
  deps?: Partial<ProcessWide>;
  connect?: unknown;
}

/** Those that a configuration can say. */
const VARIABLES: { [Name in keyof ProcessWide]?: (value: ProcessWide[Name]) => Record<string, string> } = {
  shards: ({ length }) => ({ GATEWAY_SHARDS: String(length) }),
  uploadRetentionMs: (ms) => ({ GATEWAY_UPLOAD_RETENTION_MS: String(ms) }),
  webhooks: ({ local, ports }) => ({
    GATEWAY_WEBHOOK_LOCAL: String(local),
    GATEWAY_WEBHOOK_PORTS: ports.join(","),
  }),
  access: ({ publicUrl, allowedOrigins }) => ({
    GATEWAY_PUBLIC_URL: publicUrl?.href ?? "",
    GATEWAY_ALLOWED_ORIGINS: [...allowedOrigins].join(","),
  }),
};

/** As the app of a harness is, which answers requests and does nothing else. */
const LIKE_THE_APP = {
  GATEWAY_ROLES: "http",
  GATEWAY_START_DEADLINE_MS: "60000",
  GATEWAY_RUN_DEADLINE_MS: "60000",
  GATEWAY_UPLOAD_RETENTION_MS: "60000",
  GATEWAY_WEBHOOK_LOCAL: "true",
};

/** @throws Error for what no variable says: such a test is about the process alone */
export function asVariables({ deps = {}, connect }: Given): Record<string, string> {
  if (connect) throw new Error("a Worker makes its own connections");
  const variables: Record<string, string> = { ...LIKE_THE_APP };
  for (const [name, value] of Object.entries(deps)) {
    const toVariables = VARIABLES[name as keyof ProcessWide] as
      ((value: unknown) => Record<string, string>) | undefined;
    if (!toVariables) throw new Error(`no variable gives a Worker its ${name}`);
    Object.assign(variables, toVariables(value));
  }
  return variables;
}
