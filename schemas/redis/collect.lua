#!lua flags=allow-oom
-- Takes one entry of mail or reports to its run, and locks the run for the caller's drive when it is free.
-- KEYS 1 <source_stream>, 2 run, 3 runNodes, 4 runTasks, 5 runMailbox, 6 runEvents, 7 timers, 8 <task_hash> (poolTask; any
--      key of the shard for mail), 9 runData, 10 threadHeads(run), 11 threadBlobs(run), 12 endedWithTasks,
--      13 outbox, 14 runDeliveries
-- ARGV 1 entry, 2 source ('mail' or the pool), 3 run, 4 token (of the drive), 5 lock_ms int, 6 max_drives int,
--      7 known_checkpoint, 8 known_digest (of the graph), 9 channels.run, 10 events_per_run int,
--      11 runsByStatus(''), 12 graph(''), 13 threadCheckpoint(run, ''),
--      14 delivery_ids (beginning of those that it makes), 15 ownerHooks(''), 16 outboxLane(''), 17 delivery(''),
--      18 hookDeliveries('')
-- Answer Drive | ['gone'] | ['ignored'] | ['noted'] | ['done'] | ['busy']; done = the run has ended,
--      busy = another drive holds it, give_up = it was driven too often
-- Repeats: only XDEL = 1 wins; the holder of the token gets the same answer again.
-- @include time
-- @include fields
-- @include status
-- @include outbox
-- @include log
-- @include answer
local k = {
  run = KEYS[2], nodes = KEYS[3], tasks = KEYS[4], mailbox = KEYS[5], data = KEYS[9], heads = KEYS[10], blobs = KEYS[11],
  graph_prefix = ARGV[12], checkpoint_prefix = ARGV[13],
}
local run, source, token = ARGV[3], ARGV[2], ARGV[4]
local post = {
  run = run, outbox = KEYS[13], of_run = KEYS[14],
  id = ARGV[14], hooks = ARGV[15], lanes = ARGV[16], rows = ARGV[17], of_hook = ARGV[18],
}

local function take_entry()
  local rows = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])
  redis.pcall('XACK', KEYS[1], WIRE.groups.drivers, ARGV[1])
  if rows[1] and redis.call('XDEL', KEYS[1], ARGV[1]) == 1 then
    return to_table(rows[1][2])
  end
end

-- Whoever comes later is shown the newest picture and the newest curve of a node. No base64 holds a quote, so the data
-- says which of them it is without being decoded.
local function remember_preview(node, data, seq)
  local kind = string.find(data, '"application/json"', 1, true) and 'curve:' or 'picture:'
  redis.call('HSET', KEYS[3], kind .. node, seq)
end

local function is_remembered(event, seq)
  if event.type ~= 'node.preview' then
    return false
  end
  local newest = redis.call('HMGET', KEYS[3], 'picture:' .. event.node_id, 'curve:' .. event.node_id)
  return newest[1] == seq or newest[2] == seq
end

-- Notes beyond the limit push older notes out of the log; what tells of a change of status stays, and so do the newest
-- previews.
local LASTING = { ['node.progress'] = false, ['node.log'] = false, ['node.preview'] = false }
local function trim_notes()
  local limit = tonumber(ARGV[10])
  if redis.call('XLEN', KEYS[6]) <= limit then
    return
  end
  local cursor = redis.call('HGET', KEYS[2], 'trimmed') or '0'
  local rows = redis.call('XRANGE', KEYS[6], '(' .. cursor .. '-0', '+', 'COUNT', 100)
  for _, row in ipairs(rows) do
    cursor = string.match(row[1], '^(%d+)-')
    local event = to_table(row[2])
    if LASTING[event.type] == false and not is_remembered(event, cursor) then
      redis.call('XDEL', KEYS[6], row[1])
      break
    end
  end
  redis.call('HSET', KEYS[2], 'trimmed', cursor)
end

local function note(entry, status, now)
  local holder = redis.call('HGET', KEYS[3], 'task:' .. entry.node)
  if not holder or string.match(holder, '^%S+') ~= entry.task then
    return { 'ignored' }
  end
  if entry.type == 'node.started' then
    redis.call('HSET', KEYS[3], 'began:' .. entry.node, entry.task .. ' ' .. text(now))
    if status == 'queued' then
      begin_run(KEYS[2], ARGV[11], KEYS[6], ARGV[9], KEYS[7], run, status, now, post)
    end
  elseif entry.type == 'node.progress' then
    redis.call('HSET', KEYS[3], 'progress:' .. entry.node, entry.body)
  end
  local seq = append_event(KEYS[6], ARGV[9], KEYS[2], now, entry.type, entry.node, entry.body, post)
  if entry.type == 'node.preview' then
    remember_preview(entry.node, entry.body, seq)
  end
  trim_notes()
  return { 'noted' }
end

local entry = take_entry()
local record = redis.call('HMGET', KEYS[2], 'status', 'token', 'lock_until')
if not entry then
  if record[2] == token then
    return answer('drive', k, ARGV[7], ARGV[8])
  end
  return { 'gone' }
end

local now = now_ms()
local element
if source == 'mail' then
  element = '{"source":"mail","entry":"' .. ARGV[1] .. '","body":' .. entry.body .. '}'
else
  -- What a box says counts only for a task that the run's own list names, in this pool, as not ended.
  local row = redis.call('HGET', KEYS[4], entry.task)
  local pool, task_entry, state = string.match(row or '', '^([^|]*)|([^|]*)|([^|]*)$')
  if pool ~= source or state ~= 'open' then
    return { 'ignored' }
  end
  if entry.kind == 'ending' then
    redis.call('HSET', KEYS[4], entry.task, pool .. '|' .. task_entry .. '|ended')
    redis.call('DEL', KEYS[8])
  elseif entry.kind == 'note' then
    return is_terminal(record[1]) and { 'ignored' } or note(entry, record[1], now)
  end
  element = '{"source":"' .. source .. '","entry":"' .. ARGV[1] .. '","task":"' .. entry.task .. '","body":' .. entry.body .. '}'
end
if is_terminal(record[1]) then
  if #open_tasks(KEYS[4]) == 0 then
    redis.call('SREM', KEYS[12], run)
  end
  return { 'done' }
end

redis.call('RPUSH', KEYS[5], element)
local lock_timer = WIRE.timers.lock(run)
if record[2] and now < tonumber(record[3]) then
  redis.call('ZADD', KEYS[7], record[3], lock_timer)
  return { 'busy' }
end
local lock_until = text(now + tonumber(ARGV[5]))
redis.call('HSET', KEYS[2], 'token', token, 'lock_until', lock_until, 'touched', text(now))
redis.call('ZADD', KEYS[7], lock_until, lock_timer)
local drives = redis.call('HINCRBY', KEYS[2], 'drives', 1)
return answer(drives > tonumber(ARGV[6]) and 'give_up' or 'drive', k, ARGV[7], ARGV[8])
