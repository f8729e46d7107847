/** config.ts: which environment variable becomes which field of a configuration. */
import { variables } from "../config.ts";
import type { Source } from "../source.ts";
import { BANNER, tsLiteral } from "./text.ts";

export function emitConfig(source: Source): string {
  return `/** Environment variables of both services. ${BANNER} */
import type { GatewayConfig, GpuNodeConfig } from './types.ts';

export interface Variable {
  env: string;
  /** The variable that names a file with the value in it; null = none: the value is no secret. */
  fileEnv: string | null;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'array';
  /** One text with commas between strings. */
  list: boolean;
  secret: boolean;
  /** Handed to handlers as it is, which alone know what it means. */
  setting: boolean;
  /** Null = none. */
  default: string | number | boolean | readonly string[] | null;
  required: boolean;
  description: string;
}

export const GATEWAY_ENV: Readonly<Record<keyof GatewayConfig, Variable>> = ${tsLiteral(variables(source, "GatewayConfig"))};

export const GPU_NODE_ENV: Readonly<Record<keyof GpuNodeConfig, Variable>> = ${tsLiteral(variables(source, "GpuNodeConfig"))};
`;
}
