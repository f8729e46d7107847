-- What there is in the object store: `stored` has object -> '<bytes> <owner>', `storage` the sums of that, so that each
-- object counts once, however often it is told, and is taken off once. Sums of an owner are named '<what>:<owner>'.
local function add_to_sum(storage, name, number)
  if redis.call('HINCRBY', storage, name, text(number)) <= 0 then
    redis.call('HDEL', storage, name)
  end
end

local function add_to_sums(storage, id, owner, objects, bytes)
  local kind = string.sub(id, 1, 5) == 'file_' and 'file' or 'artifact'
  add_to_sum(storage, kind .. 's:' .. owner, objects)
  add_to_sum(storage, kind .. '_bytes:' .. owner, bytes)
end

local function uncount_stored(stored, storage, id)
  local row = redis.call('HGET', stored, id)
  if row then
    local bytes, owner = string.match(row, '^(%d+) (.*)$')
    redis.call('HDEL', stored, id)
    -- Not `-bytes`: of 0 that is `-0`, which is no number to HINCRBY.
    add_to_sums(storage, id, owner, -1, 0 - tonumber(bytes))
  end
end

local function count_stored(stored, storage, id, owner, bytes)
  uncount_stored(stored, storage, id)
  redis.call('HSET', stored, id, text(bytes) .. ' ' .. owner)
  add_to_sums(storage, id, owner, 1, bytes)
end
