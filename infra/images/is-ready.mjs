// Health check of the gateway's container, where no curl is: ends with 0 when the address answers 2xx.
const answer = await fetch(process.argv[2], { signal: AbortSignal.timeout(4_000) }).catch(() => undefined);
process.exit(answer?.ok ? 0 : 1);
