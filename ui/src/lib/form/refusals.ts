/** Why the browser gives no microphone or camera, and what can be done instead. */

type Device = "microphone" | "camera";

const REFUSALS: Readonly<Record<string, (device: Device) => string>> = {
  NotAllowedError: (device) =>
    `The ${device} is not allowed here. Allow it in the browser, or choose a file.`,
  NotFoundError: (device) => `There is no ${device}. Choose a file instead.`,
  NotReadableError: (device) => `Another program uses the ${device}. Choose a file instead.`,
};

export function refusalOf(device: Device, error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  return REFUSALS[name]?.(device) ?? `The ${device} cannot be used here. Choose a file instead.`;
}
