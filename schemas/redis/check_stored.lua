#!lua flags=allow-oom
-- Looks at the next of the objects that count, and takes off those that are not there any more: whoever removed them did
-- not know that they count. Where it stopped is kept among the sums.
-- KEYS 1 stored, 2 storage, 3 timers
-- ARGV 1 artifact('')
-- Answer number; how many it took off
-- @include time
-- @include stored
local AT_ONCE = 100
local page = redis.call('HSCAN', KEYS[1], redis.call('HGET', KEYS[2], 'looked_to') or '0', 'COUNT', AT_ONCE)
local function is_there(id, owner)
  if string.sub(id, 1, 5) == 'file_' then
    return redis.call('ZSCORE', KEYS[3], WIRE.timers.upload(id, owner))
  end
  local run = redis.call('GET', ARGV[1] .. id)
  return run and string.sub(run, 1, 5) ~= 'gone '
end
local gone = {}
for i = 1, #page[2], 2 do
  local id = page[2][i]
  if not is_there(id, string.match(page[2][i + 1], ' (.*)$')) then
    gone[#gone + 1] = id
  end
end
for _, id in ipairs(gone) do
  uncount_stored(KEYS[1], KEYS[2], id)
end
if page[1] == '0' then
  redis.call('HDEL', KEYS[2], 'looked_to')
else
  redis.call('HSET', KEYS[2], 'looked_to', page[1])
end
return #gone
