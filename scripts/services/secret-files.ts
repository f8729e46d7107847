/** Hands a service its secrets in files for this user alone, never in its environment or arguments. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @param dir of the service
 * @param secrets by their variables
 * @returns the variables that name the files; those of the secrets are emptied, whatever our own environment holds
 */
export function secretFiles(dir: string, secrets: Readonly<Record<string, string>>): Record<string, string> {
  const folder = join(dir, "secrets");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return Object.fromEntries(
    Object.entries(secrets).flatMap(([name, secret]) => {
      const file = join(folder, name);
      writeFileSync(file, secret, { mode: 0o600 });
      return [
        [name, ""],
        [`${name}_FILE`, file],
      ];
    }),
  );
}
