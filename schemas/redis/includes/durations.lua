-- How long nodes and graphs took: the latest few of each, so that what has changed is soon known.
local KEPT_DURATIONS = 20

local function keep_duration(key, field, ms)
  local kept, count = (redis.call('HGET', key, field) or '') .. ' ' .. text(ms), 0
  for _ in string.gmatch(kept, '%S+') do count = count + 1 end
  redis.call('HSET', key, field, count > KEPT_DURATIONS and string.match(kept, '^%s*%S+(.*)$') or kept)
end
