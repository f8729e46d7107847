/** Sentences for people about who works in another number of shards: runs in those that somebody leaves out wait. */

export function betweenGateways(own: number, other: number): string {
  return `This gateway works in ${counted(own)} (GATEWAY_SHARDS), and another one in ${other}. Set all alike.`;
}

export function ofBox(box: string, its: number, own: number): string {
  const left = Array.from({ length: Math.max(0, own - its) }, (_, index) => `s${its + index}`);
  const named = left.length > 1 ? `${left[0]} to ${left.at(-1)}` : left[0];
  const waits = named === undefined ? "" : `: runs in ${named} wait for another box`;
  const both = `${box} takes tasks of ${counted(its)} (GPU_NODE_SHARDS), and the gateway has ${own} (GATEWAY_SHARDS)`;
  return `${both}${waits}. Set both alike.`;
}

function counted(shards: number): string {
  return `${shards} shard${shards === 1 ? "" : "s"}`;
}
