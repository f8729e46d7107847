import type { Source } from '../source.ts';
export function emitOpenApi(_source: Source): string {
  return 'export const OPENAPI = {} as const;\n';
}
