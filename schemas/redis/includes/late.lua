-- A task of a run that nobody has begun carries `start_by`: past it, by Redis time, no first node may begin. Such a task
-- ends as released, which counts for nothing, and the driver decides what becomes of its run.
local LATE = '"the start deadline passed before anyone began"'

-- Whether the items in ARGV from `from` on would begin the task too late.
local function begins_late(hash, from)
  local start_by = redis.call('HGET', hash, 'start_by')
  if not start_by or now_ms() < tonumber(start_by) then
    return false
  end
  for i = from, #ARGV, 4 do
    if ARGV[i] == 'result' or ARGV[i + 2] == 'node.started' then
      return true
    end
  end
  return false
end
