-- Gives a run's new tasks to their pools.

-- All streams or none: the id of the entry of each, or nil and the pool that took none. By pcall: a box can poison its
-- own stream with the largest id.
local function enter_tasks(tasks, start_by)
  local entries = {}
  for i, t in ipairs(tasks) do
    -- Executors wait for all levels of a pool at once, so none is without its group.
    for _, level in ipairs(t.levels) do
      if redis.call('EXISTS', KEYS[level]) == 0 then
        redis.pcall('XGROUP', 'CREATE', KEYS[level], WIRE.groups.executors, '0', 'MKSTREAM')
      end
    end
    if redis.call('XLEN', KEYS[t.stream]) == 0 then
      redis.pcall('XGROUP', 'CREATE', KEYS[t.stream], WIRE.groups.executors, '0', 'MKSTREAM')
    end
    local entry = redis.pcall('XADD', KEYS[t.stream], '*', 'task', t.task, 'body', ARGV[t.body], 'start_by', start_by or '0')
    if type(entry) == 'table' and entry.err then
      for j = 1, i - 1 do
        redis.call('XDEL', KEYS[tasks[j].stream], entries[j])
      end
      return nil, t.pool
    end
    entries[i] = entry
  end
  return entries
end

-- What is known of an entry beside it; start_by is told while the run has not begun.
local function put_task(t, run, entry, level, start_by)
  redis.call('HSET', KEYS[t.hash], 'run', run, 'entry', entry, 'state', 'open', 'reported', '0', 'nodes', t.nodes)
  if level then
    redis.call('HSET', KEYS[t.hash], 'level', level)
  end
  if start_by then
    redis.call('HSET', KEYS[t.hash], 'start_by', start_by)
  end
end
