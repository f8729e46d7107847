#!lua flags=allow-oom
-- Ends a task by its executor: settled, or released (drain, surplus), mismatch, canceled.
-- KEYS 1 poolTasks, 2 poolTask, 3 poolReports
-- ARGV 1 consumer, 2 task, 3 outcome, 4 reason (a JSON string), 5 first int (number of the first item),
--      6 poolLevelTasks(pool, ''),
--      then per report_item of items: report_item.kind 'note' | 'result', report_item.node, report_item.type, report_item.body
-- Answer 'ok' | 'closed'; closed = the executor forgets it and undoes nothing
-- What would begin the task after its start deadline is not taken: it ends as released.
-- Repeats: the second call finds the task closed.
-- @include time
-- @include lease
-- @include stream
-- @include items
-- @include close
-- @include late
local stream = stream_of(KEYS[2], KEYS[1], ARGV[6])
local right, entry = has_right(stream, KEYS[2], ARGV[1])
if not right then
  return 'closed'
end
local run = redis.call('HGET', KEYS[2], 'run')
local outcome, reason = ARGV[3], ARGV[4]
if begins_late(KEYS[2], FIRST.arg) then
  outcome, reason = 'released', LATE
else
  redis.call('HSETNX', KEYS[2], 'executor', ARGV[1])
  take_items(KEYS[2], KEYS[3], run, ARGV[2], tonumber(ARGV[5]), FIRST.arg, false)
end
local failed = close_task(stream, KEYS[2], KEYS[3], run, ARGV[2], entry, outcome, reason)
if failed then
  return redis.error_reply(failed)
end
return 'ok'
