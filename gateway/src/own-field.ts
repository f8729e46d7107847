/** Looks up what others have named: what every object inherits (`constructor`, `toString`) is nobody's field. */

export function ownField<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
