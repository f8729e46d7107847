#!lua flags=allow-oom
-- Decides that a run ends as canceled and in no other way: from here on `commit` takes nothing else. The mail wakes the
-- drive that calls back what is out; the run is canceled when every task of it has ended.
-- KEYS 1 run, 2 runEvents, 3 mail, 4 outbox, 5 runDeliveries
-- ARGV 1 run, 2 channels.run, 3 runsByStatus(''), 4 delivery_ids (beginning of those that it makes), 5 ownerHooks(''),
--      6 outboxLane(''), 7 delivery(''), 8 hookDeliveries('')
-- Answer ['canceling' | 'missing'] | ['ended', status: string]
-- Repeats: a run that is canceling stays so, without a second event or mail.
-- @include time
-- @include status
-- @include outbox
-- @include log
local status = redis.call('HGET', KEYS[1], 'status')
if not status then
  return { 'missing' }
end
if is_terminal(status) then
  return { 'ended', status }
end
if status ~= 'canceling' then
  redis.call('XADD', KEYS[3], '*', 'run', ARGV[1], 'body', '{"kind":"cancel"}')
  set_status(KEYS[1], ARGV[3], ARGV[1], status, 'canceling')
  local post = {
    run = ARGV[1], outbox = KEYS[4], of_run = KEYS[5],
    id = ARGV[4], hooks = ARGV[5], lanes = ARGV[6], rows = ARGV[7], of_hook = ARGV[8],
  }
  append_event(KEYS[2], ARGV[2], KEYS[1], now_ms(), 'run.canceling', '', '{}', post)
end
return { 'canceling' }
