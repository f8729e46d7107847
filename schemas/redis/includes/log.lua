-- Writes an event whose number is known into a run's log, and tells those who listen. The data stays an opaque string.
local function write_event(events, channel, seq, now, kind, node, data)
  local at = text(now)
  redis.call('XADD', events, seq .. '-0', 'type', kind, 'node_id', node, 'at', at, 'data', data)
  redis.call('PUBLISH', channel, seq .. ' ' .. at .. ' ' .. kind .. ' ' .. (node == '' and '-' or node) .. ' ' .. data)
end

-- Appends one event to a run's log, and puts it into the outbox for webhooks (outbox.lua says what `post` is). Answers the
-- event's number.
local function append_event(events, channel, run_key, now, kind, node, data, post)
  local seq = text(redis.call('HINCRBY', run_key, 'seq', 1))
  write_event(events, channel, seq, now, kind, node, data)
  post_event(post, run_key, kind, seq, now)
  return seq
end

-- Moves a run to another status in the record and in the lists for queries.
local function set_status(run_key, status_prefix, run, old, new)
  redis.call('HSET', run_key, 'status', new)
  local created = redis.call('HGET', run_key, 'created_at')
  redis.call('ZREM', status_prefix .. old, run)
  redis.call('ZADD', status_prefix .. new, created, run)
  -- Runs that were submitted before runs had owners are in no owner's list.
  local owner = redis.call('HGET', run_key, 'owner')
  if owner then
    redis.call('ZREM', status_prefix .. old .. ':' .. owner, run)
    redis.call('ZADD', status_prefix .. new .. ':' .. owner, created, run)
  end
end

-- The run has begun: status, time, event, and no start deadline any more.
local function begin_run(run_key, status_prefix, events, channel, timers, run, old, now, post)
  set_status(run_key, status_prefix, run, old, 'running')
  if redis.call('HSETNX', run_key, 'started_at', text(now)) == 1 then
    append_event(events, channel, run_key, now, 'run.started', '', '{}', post)
  end
  redis.call('ZREM', timers, WIRE.timers.start_deadline(run))
end
