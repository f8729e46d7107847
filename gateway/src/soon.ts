/** What is there at once or has to be waited for: who awaits what is there already pays as if it were not. */
export type Soon<T> = T | Promise<T>;

/** Goes on with a value: in the same turn where it is there. */
export function whenThere<T, U>(value: Soon<T>, go: (value: T) => Soon<U>): Soon<U> {
  return value instanceof Promise ? value.then(go) : go(value);
}
