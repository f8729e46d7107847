-- The bytes of a key's day, UTC.
local DAY = 86400000

local function rest_of_day(now)
  return text(DAY - now % DAY)
end

local function bytes_of_day(key)
  return tonumber(redis.call('GET', key) or '0')
end

local function add_to_day(key, bytes, now)
  redis.call('SET', key, text(bytes_of_day(key) + bytes), 'PX', rest_of_day(now))
end
