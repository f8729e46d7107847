-- What counts against the limits of an API key: `before` is how much there was, the list behind it what this call adds.
local MINUTE = 60000

local function started(key) return { before = call('LLEN', key) } end
local function living(key) return { before = call('SCARD', key) } end

-- At most `most` starts within any minute: the list holds the times of the last ones. In how long there is one more.
local function until_free(starts, key, most, now)
  if starts.before + #starts < most then
    return nil
  end
  local nth = #starts >= most and now or tonumber(call('LINDEX', key, #starts - most))
  return nth > now - MINUTE and text(nth + MINUTE - now) or nil
end

local function add_starts(key, starts, now)
  local count, most = call('RPUSH', key, unpack(starts)), starts.most
  if count > most then
    call('LTRIM', key, -most, -1)
    count = most
  end
  local oldest = tonumber(call('LINDEX', key, 0))
  while oldest <= now - MINUTE do
    call('LPOP', key)
    count, oldest = count - 1, tonumber(call('LINDEX', key, 0))
  end
  call('PEXPIRE', key, text(MINUTE))
  -- How many are left behind the last of these, and in how long there is one more.
  starts.left, starts.reset = most - count, text(oldest + MINUTE - now)
end

local function add_counted(starts, lives, now)
  for key, list in pairs(starts) do
    if list[1] then add_starts(key, list, now) end
  end
  for key, list in pairs(lives) do
    if list[1] then call('SADD', key, unpack(list)) end
  end
end
