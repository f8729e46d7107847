-- What several calls of one step have in common is asked for once, and what they add to the same keys is added at once.

local call = redis.call

-- What is known of a key; for the first who needs it `make` finds it out.
local function known(of, key, make)
  local found = of[key]
  if not found then
    found = make(key)
    of[key] = found
  end
  return found
end
local function nothing() return {} end

local function rank(ranks, key, score, member)
  local list = known(ranks, key, nothing)
  list[#list + 1], list[#list + 2] = score, member
end

local function add_ranks(ranks)
  for key, list in pairs(ranks) do
    call('ZADD', key, unpack(list))
  end
end
