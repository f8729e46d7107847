#!lua flags=allow-oom
-- Ends one drive: checkpoint, tasks, events, timers and record change together or not at all.
-- KEYS 1 run, 2 runNodes, 3 runTasks, 4 runMailbox, 5 runEvents, 6 runData, 7 runArtifacts, 8 timers, 9 threads,
--      10 thread(run), 11 threadHeads(run), 12 threadBlobs(run), 13 threadCheckpoint(run, checkpoint) (the new one),
--      14 endedWithTasks, 15 outbox, 16 runDeliveries, 17 durations, 18 graphDurations,
--      19 stored, 20 storage,
--      then per pool_key of pool_keys: <pool_key> (the plan names them by their index)
-- ARGV 1 plan (JSON), 2 channels.run, 3 runsByStatus(''), 4 graph(''), 5 threadCheckpoint(run, ''), 6 artifact(''),
--      7 delivery_ids (beginning of those that it makes), 8 ownerHooks(''), 9 outboxLane(''), 10 delivery(''),
--      11 hookDeliveries(''), then per payload of payloads: payload (opaque; the plan names them by their index)
-- plan {run, owner, commit, token, parent, last {source, entry, index}, status, ran, guard,
--       accepted [{node, task, attempt}], open [hash],
--       tasks [{task, pool, stream, levels [stream], hash, body, nodes}], cancel [{task, stream, hash, reports, control}],
--       dispatch [{node, task, attempt}], clear [node], waits [{node, attempt}],
--       asks [{node, deadline}], late [node], nodes [{node, json}],
--       events [{type, node, data}], timers [{member, delay_ms}], untimers [member], record [{field, value}],
--       data [{field, arg}], artifacts [{id, arg, bytes}], checkpoint {id, body, metadata, blobs [{channel, version, arg}]},
--       durations [{of_graph, field, ms}], terminal, lock_ms, retention_ms}; body, json, data, arg = index into ARGV; stream, hash, reports = index into KEYS
-- Answer ['free'] | Drive | ['refused', why: string, detail: string]; free = unlocked, drive = new mail came, the lock is kept
-- Repeats: the record holds the id of the last commit; the same id answers lock and mailbox as they are now.
-- @include time
-- @include day
-- @include stored
-- @include durations
-- @include pool_tasks
-- @include fields
-- @include status
-- @include outbox
-- @include log
-- @include close
-- @include answer
-- @include refusal
local plan = cjson.decode(ARGV[1])
local k = {
  run = KEYS[1], nodes = KEYS[2], tasks = KEYS[3], mailbox = KEYS[4], data = KEYS[6], heads = KEYS[11], blobs = KEYS[12],
  graph_prefix = ARGV[4], checkpoint_prefix = ARGV[5],
}
local post = {
  run = plan.run, outbox = KEYS[15], of_run = KEYS[16],
  id = ARGV[7], hooks = ARGV[8], lanes = ARGV[9], rows = ARGV[10], of_hook = ARGV[11],
}
local record = to_table(redis.call('HGETALL', KEYS[1]))
if not record.status then
  return { 'refused', 'gone', '' }
end
local function still_locked()
  if redis.call('LLEN', KEYS[4]) > 0 then
    return answer('drive', k, plan.checkpoint and plan.checkpoint.id or plan.parent, record.digest)
  end
  return { 'free' }
end
if record.last_commit == plan.commit then
  return record.token == plan.token and still_locked() or { 'free' }
end

local function is_pending(t)
  local rows = redis.pcall('XPENDING', KEYS[t.stream], WIRE.groups.executors, t.entry, t.entry, 1)
  return not rows.err and rows[1] ~= nil
end

local why = refusal(plan, record)
if why then
  return { 'refused', why, '' }
end
local taken = names_taken(plan.artifacts, ARGV[6])
if taken ~= '' then
  return { 'refused', 'artifact', taken }
end

-- Until when the first task of a run must have begun, by Redis time; executors are told with it, too.
local start_by = record.status == 'queued' and not plan.ran and record.start_deadline_at
-- First what can fail.
local entries, refusing = enter_tasks(plan.tasks, start_by)
if not entries then
  return { 'refused', 'pool', refusing }
end
for i, t in ipairs(plan.tasks) do
  put_task(t, plan.run, entries[i], record.priority, start_by)
  redis.call('HSET', KEYS[3], t.task, t.pool .. '|' .. entries[i] .. '|open')
end

-- The pending list says who must be told, not the hash: closed tasks are left alone, tasks that nobody holds end here.
for _, c in ipairs(plan.cancel) do
  local row = redis.call('HMGET', KEYS[c.hash], 'state', 'entry')
  if row[1] == 'open' then
    if is_pending({ stream = c.stream, entry = row[2] }) then
      redis.call('HSET', KEYS[c.hash], 'cancel', '1')
      redis.call('PUBLISH', c.control, 'cancel ' .. c.task)
    else
      close_task(KEYS[c.stream], KEYS[c.hash], KEYS[c.reports], plan.run, c.task, row[2], 'canceled', '"canceled before anyone began"')
    end
  end
end

local now = now_ms()
for _, a in ipairs(plan.accepted) do
  redis.call('HDEL', KEYS[2], 'task:' .. a.node)
end
for _, node in ipairs(plan.clear) do
  redis.call('HDEL', KEYS[2], 'task:' .. node, 'began:' .. node, 'progress:' .. node)
end
for _, d in ipairs(plan.dispatch) do
  redis.call('HDEL', KEYS[2], 'began:' .. d.node, 'progress:' .. d.node, 'retry:' .. d.node)
  redis.call('HSET', KEYS[2], 'task:' .. d.node, d.task .. ' ' .. text(d.attempt))
end
for _, w in ipairs(plan.waits) do
  redis.call('HSET', KEYS[2], 'retry:' .. w.node, text(w.attempt))
end
for _, a in ipairs(plan.asks) do
  redis.call('HSET', KEYS[2], 'approval:' .. a.node, text(a.deadline))
  redis.call('ZADD', KEYS[8], text(a.deadline), WIRE.timers.approval(plan.run, a.node))
end
for _, node in ipairs(plan.late) do
  redis.call('HDEL', KEYS[2], 'approval:' .. node)
  redis.call('HSET', KEYS[2], 'answer:' .. node, 'late {}')
end
for _, n in ipairs(plan.nodes) do
  redis.call('HSET', KEYS[2], n.node, ARGV[n.json])
end
for _, d in ipairs(plan.data) do
  redis.call('HSET', KEYS[6], d.field, ARGV[d.arg])
end
for _, a in ipairs(plan.artifacts) do
  redis.call('HSET', KEYS[7], a.id, ARGV[a.arg])
  redis.call('SET', ARGV[6] .. a.id, plan.run)
  count_stored(KEYS[19], KEYS[20], a.id, plan.owner, a.bytes)
  if record.bytes_key then
    add_to_day(record.bytes_key, a.bytes, now)
  end
end
for _, r in ipairs(plan.record) do
  redis.call('HSET', KEYS[1], r.field, r.value)
end

local status = record.status
if plan.ran and status == 'queued' then
  begin_run(KEYS[1], ARGV[3], KEYS[5], ARGV[2], KEYS[8], plan.run, status, now, post)
  status = 'running'
end
for _, e in ipairs(plan.events) do
  append_event(KEYS[5], ARGV[2], KEYS[1], now, e.type, e.node, ARGV[e.data], post)
end
if plan.status ~= '' and plan.status ~= status then
  set_status(KEYS[1], ARGV[3], plan.run, status, plan.status)
end

local c = plan.checkpoint
if c then
  for _, b in ipairs(c.blobs) do
    redis.call('HSET', KEYS[12], b.channel .. '|' .. b.version, ARGV[b.arg])
    redis.call('HSET', KEYS[11], b.channel, b.version)
  end
  redis.call('HSET', KEYS[13], 'body', ARGV[c.body], 'metadata', ARGV[c.metadata], 'parent', plan.parent)
  redis.call('ZADD', KEYS[10], 0, c.id)
  redis.call('SADD', KEYS[9], plan.run)
  redis.call('HSET', KEYS[1], 'checkpoint', c.id)
end

redis.call('HSET', KEYS[1], 'last_commit', plan.commit, 'drives', '0', 'touched', text(now))
for _, t in ipairs(plan.timers) do
  redis.call('ZADD', KEYS[8], text(now + t.delay_ms), t.member)
end
for _, member in ipairs(plan.untimers) do
  redis.call('ZREM', KEYS[8], member)
end
redis.call('LTRIM', KEYS[4], plan.last.index + 1, -1)

for _, d in ipairs(plan.durations) do
  keep_duration(d.of_graph and KEYS[18] or KEYS[17], d.field, d.ms)
end

local lock_timer = WIRE.timers.lock(plan.run)
if plan.terminal then
  redis.call('HSET', KEYS[1], 'completed_at', text(now), 'expires_at', text(now + plan.retention_ms))
  redis.call('DEL', KEYS[4])
  if record.live then
    redis.call('SREM', record.live, plan.run)
  end
  if #open_tasks(KEYS[3]) > 0 then
    redis.call('SADD', KEYS[14], plan.run)
  end
  redis.call('ZREM', KEYS[8], WIRE.timers.start_deadline(plan.run), WIRE.timers.run_deadline(plan.run))
  redis.call('ZADD', KEYS[8], text(now + plan.retention_ms), WIRE.timers.retention(plan.run))
elseif redis.call('LLEN', KEYS[4]) > 0 then
  local lock_until = text(now + plan.lock_ms)
  redis.call('HSET', KEYS[1], 'lock_until', lock_until, 'drives', '1')
  redis.call('ZADD', KEYS[8], lock_until, lock_timer)
  return still_locked()
end
redis.call('HDEL', KEYS[1], 'token', 'lock_until')
redis.call('ZREM', KEYS[8], lock_timer)
return { 'free' }
