/** Asking a service over HTTP whether it is ready. */

export async function isReadyAt(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await response.body?.cancel();
  return response.ok;
}
