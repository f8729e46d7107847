-- Puts what a run's log says of the run itself into the outbox, for those who asked for it: the webhook that the run
-- named, and its owner's. `post` has the keys `outbox` and `of_run`, beginnings of keys `hooks`, `lanes`, `rows` and
-- `of_hook`, the run, `id`, with which the ids of its deliveries begin, and `asked`, the owner's webhooks where they are
-- known already.
local function asks_for(events, kind)
  return string.find(' ' .. events .. ' ', ' ' .. kind .. ' ', 1, true) ~= nil
end

local function put_delivery(post, event, owner, hook, lane)
  post.count = (post.count or 0) + 1
  local id = post.id .. text(post.count)
  local now = text(event.at)
  redis.call('HSET', post.rows .. id, 'run', post.run, 'owner', owner, 'hook', hook, 'lane', lane, 'type', event.kind,
    'seq', event.seq, 'at', now, 'state', 'waiting', 'attempt', '0', 'since', '0')
  if event.started_at then
    redis.call('HSET', post.rows .. id, 'started_at', event.started_at)
  end
  redis.call('ZADD', post.of_run, now, id)
  if hook ~= '' then
    redis.call('ZADD', post.of_hook .. hook, now, id)
  end
  redis.call('ZADD', post.lanes .. lane, now, id)
  redis.call('ZADD', post.outbox, 'LT', now, lane)
end

-- `events` and `lane` are those of the run's own webhook, if it has one.
local function post_to(post, event, owner, events, lane)
  if events and asks_for(events, event.kind) then
    put_delivery(post, event, owner, '', lane)
  end
  local hooks = post.asked or redis.call('HGETALL', post.hooks .. owner)
  for i = 1, #hooks, 2 do
    if asks_for(hooks[i + 1], event.kind) then
      put_delivery(post, event, owner, hooks[i], hooks[i])
    end
  end
end

local function post_event(post, run_key, kind, seq, now)
  if string.sub(kind, 1, 4) ~= 'run.' then
    return
  end
  local owner, events, lane, started_at = unpack(redis.call('HMGET', run_key, 'owner', 'webhook_events', 'webhook_lane', 'started_at'))
  -- Runs from before there were owners are from before there were webhooks.
  if owner then
    post_to(post, { kind = kind, seq = seq, at = now, started_at = started_at }, owner, events, lane)
  end
end
