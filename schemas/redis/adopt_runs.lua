#!lua flags=allow-oom
-- Gives runs from before there were owners to the default owner: record and lists. One part of the list of all runs per
-- call, newest first; when the last is done this is noted for ever.
-- KEYS 1 runs, 2 runsAdopted
-- ARGV 1 owner, 2 offset int, 3 most int, 4 run(''), 5 runsByStatus('')
-- Answer number; where the next call begins, -1 when all are done
-- Repeats: what has an owner is left alone.
local offset, most = tonumber(ARGV[2]), tonumber(ARGV[3])
local rows = redis.call('ZREVRANGE', KEYS[1], offset, offset + most - 1, 'WITHSCORES')
for i = 1, #rows, 2 do
  local record = ARGV[4] .. rows[i]
  local status = redis.call('HGET', record, 'status')
  if status and redis.call('HSETNX', record, 'owner', ARGV[1]) == 1 then
    redis.call('ZADD', ARGV[5] .. 'all:' .. ARGV[1], rows[i + 1], rows[i])
    redis.call('ZADD', ARGV[5] .. status .. ':' .. ARGV[1], rows[i + 1], rows[i])
  end
end
if #rows == 2 * most then
  return offset + most
end
redis.call('SET', KEYS[2], '1')
return -1
