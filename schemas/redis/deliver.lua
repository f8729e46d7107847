#!lua flags=allow-oom
-- Hands due deliveries to a deliverer, of each lane only so many at once, and each under a lease: it is due again when
-- by then nobody has said how the attempt ended. The latest attempt is the only one whose failure counts.
-- KEYS 1 outbox, 2 outboxCall
-- ARGV 1 call (random for each), 2 at_most int, 3 per_lane int, 4 lease_ms int, 5 max_attempts int, 6 outboxLane(''),
--      7 outboxTaken(''), 8 delivery('')
-- Answer [next_ms: number, rows: [delivery: string, ...fields: string[]][]]; next_ms -1 = nothing waits; fields are
--      run, owner, hook, lane, type, seq, at, started_at, attempt, since
-- Repeats: the same call of the same deliverer gets the same deliveries.
-- @include time
-- @include lane
local at_most, per_lane = tonumber(ARGV[2]), tonumber(ARGV[3])
local now = now_ms()
local taken = {}

local function row_of(id)
  local row = redis.call('HMGET', ARGV[8] .. id, 'run', 'owner', 'hook', 'lane', 'type', 'seq', 'at', 'started_at', 'attempt', 'since')
  local out = { id }
  for i = 1, 10 do
    out[i + 1] = row[i] or ''
  end
  return out
end

local function take(lane_key, taken_key, id)
  local row_key = ARGV[8] .. id
  local row = redis.call('HMGET', row_key, 'state', 'attempt', 'since')
  if row[1] ~= 'waiting' then
    redis.call('ZREM', lane_key, id)
  elseif tonumber(row[2]) - tonumber(row[3]) >= tonumber(ARGV[5]) then
    -- The last attempt was lost with its deliverer.
    redis.call('HSET', row_key, 'state', 'exhausted', 'ended_at', text(now))
    redis.call('ZREM', lane_key, id)
  else
    local lease_end = text(now + tonumber(ARGV[4]))
    redis.call('HINCRBY', row_key, 'attempt', 1)
    redis.call('HDEL', row_key, 'next_at')
    redis.call('ZADD', lane_key, lease_end, id)
    redis.call('ZADD', taken_key, lease_end, id)
    taken[#taken + 1] = id
  end
end

local function next_ms()
  local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  return first[1] and math.max(0, tonumber(first[2]) - now) or -1
end

local seen = redis.call('GET', KEYS[2])
if seen and string.match(seen, '^%S+') == ARGV[1] then
  local rows = {}
  for id in string.gmatch(string.sub(seen, #ARGV[1] + 1), '%S+') do
    rows[#rows + 1] = row_of(id)
  end
  return { next_ms(), rows }
end

for _, lane in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', text(now), 'LIMIT', 0, at_most)) do
  local lane_key, taken_key = ARGV[6] .. lane, ARGV[7] .. lane
  redis.call('ZREMRANGEBYSCORE', taken_key, '-inf', text(now))
  local free = math.min(per_lane - redis.call('ZCARD', taken_key), at_most - #taken)
  if free > 0 then
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', lane_key, '-inf', text(now), 'LIMIT', 0, free)) do
      take(lane_key, taken_key, id)
    end
  end
  schedule_lane(KEYS[1], lane, lane_key, taken_key, per_lane)
end
local rows = {}
for i, id in ipairs(taken) do
  rows[i] = row_of(id)
end
if #taken > 0 then
  redis.call('SET', KEYS[2], ARGV[1] .. ' ' .. table.concat(taken, ' '), 'PX', ARGV[4])
end
return { next_ms(), rows }
