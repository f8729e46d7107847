#!lua flags=allow-oom
-- Everything of a run that a fork may take over, as it is at one moment.
-- KEYS 1 run, 2 runNodes, 3 runData, 4 runArtifacts, 5 threadHeads(run), 6 threadBlobs(run)
-- ARGV 1 graph(''), 2 threadCheckpoint(run, '')
-- Answer [] | [record: string[], nodes: string[], data: string[], artifacts: string[], checkpoint: Drive[5], graph: string];
--      [] when there is no such run, or it is being removed
-- @include fields
-- @include answer
local record = redis.call('HGETALL', KEYS[1])
local f = to_table(record)
if not f.status or f.removing then
  return {}
end
return {
  record, redis.call('HGETALL', KEYS[2]), redis.call('HGETALL', KEYS[3]), redis.call('HGETALL', KEYS[4]),
  checkpoint_of(f.checkpoint, '', KEYS[3], KEYS[5], KEYS[6], ARGV[2]), redis.call('GET', ARGV[1] .. f.digest) or '',
}
