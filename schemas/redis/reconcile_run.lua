#!lua flags=allow-oom
-- Looks for what a run has lost: tasks whose hash or entry is gone, endings that nobody can read any more, and a run
-- that nothing will wake.
-- KEYS 1 run, 2 runNodes, 3 runTasks, 4 mail, 5 timers
-- ARGV 1 run, 2 reconcile_ms int, 3 count(pools),
--      then per pool of pools: pool, poolTasks, poolReports, poolTask(pool, ''), poolLevelTasks(pool, '')
-- Answer [endings: number, checks: 0 | 1]; how many endings were written, 1 when the run got mail to check itself
-- @include time
-- @include fields
-- @include status
-- @include lease
-- @include stream
-- @include close
-- @include answer
local pools, level = {}, redis.call('HGET', KEYS[1], 'priority')
for i = FIRST.arg, FIRST.arg - 1 + tonumber(ARGV[3]) * 5, 5 do
  pools[ARGV[i]] = { stream = stream_of_level(ARGV[i + 1], ARGV[i + 4], level), reports = ARGV[i + 2], hash = ARGV[i + 3] }
end

local function parts(id)
  local ms, n = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(n)
end
local function not_after(a, b)
  local a1, a2 = parts(a)
  local b1, b2 = parts(b)
  return a1 < b1 or (a1 == b1 and a2 <= b2)
end
local function last_delivered(stream)
  local groups = redis.pcall('XINFO', 'GROUPS', stream)
  for _, group in ipairs(groups.err and {} or groups) do
    local g = to_table(group)
    if g.name == WIRE.groups.executors then
      return g['last-delivered-id']
    end
  end
end
local function is_there(stream, entry)
  return entry and redis.call('XRANGE', stream, entry, entry)[1] ~= nil
end
local function was_swallowed(p, entry)
  local last = last_delivered(p.stream)
  if not is_there(p.stream, entry) then
    return true
  end
  return last and not_after(entry, last) and not holder(p.stream, entry)
end

local wrote = 0
local open = open_tasks(KEYS[3])
for i = 1, #open, 2 do
  local task = open[i]
  local pool, entry = string.match(open[i + 1], '^([^|]*)|([^|]*)|')
  local p = pools[pool]
  if p then
    local hash = p.hash .. task
    local row = redis.call('HMGET', hash, 'state', 'ending', 'outcome', 'reason')
    if not row[1] then
      redis.call('XADD', p.reports, '*', 'run', ARGV[1], 'task', task, 'kind', 'ending', 'node', '', 'type', '', 'body',
        '{"kind":"ending","outcome":"lost","reason":"the record of the task is gone","began":[],"results":[]}')
      wrote = wrote + 1
    elseif row[1] == 'open' then
      if was_swallowed(p, entry) then
        close_task(p.stream, hash, p.reports, ARGV[1], task, entry, 'lost', '"the task\'s entry is gone"')
        wrote = wrote + 1
      end
    elseif not is_there(p.reports, row[2]) then
      local id = redis.call('XADD', p.reports, '*', 'run', ARGV[1], 'task', task, 'kind', 'ending', 'node', '', 'type', '',
        'body', ending_body(hash, row[3], row[4]))
      redis.call('HSET', hash, 'ending', id)
      wrote = wrote + 1
    end
  end
end

local now = now_ms()
local record = redis.call('HMGET', KEYS[1], 'status', 'token', 'lock_until', 'touched')
local function has_timer()
  local flat = redis.call('HGETALL', KEYS[2])
  for i = 1, #flat, 2 do
    local node = string.match(flat[i], '^retry:(.*)$')
    if node and redis.call('ZSCORE', KEYS[5], WIRE.timers.retry(ARGV[1], node, flat[i + 1])) then
      return true
    end
    node = string.match(flat[i], '^approval:(.*)$')
    if node and redis.call('ZSCORE', KEYS[5], WIRE.timers.approval(ARGV[1], node)) then
      return true
    end
  end
end
local is_free = not record[2] or now >= tonumber(record[3])
if is_terminal(record[1]) or not is_free or #open > 0 or now - tonumber(record[4]) <= tonumber(ARGV[2]) or has_timer() then
  return { wrote, 0 }
end
redis.call('HSET', KEYS[1], 'touched', text(now))
redis.call('XADD', KEYS[4], '*', 'run', ARGV[1], 'body', '{"kind":"check"}')
return { wrote, 1 }
