#!lua flags=allow-oom
-- Says what nodes of a task did: notes and results, numbered 1, 2, 3 ... within the task, one call in flight.
-- KEYS 1 poolTasks, 2 poolTask, 3 poolReports
-- ARGV 1 consumer, 2 task, 3 first int (number of the first item), 4 poolLevelTasks(pool, ''),
--      then per report_item of items: report_item.kind 'note' | 'result', report_item.node, report_item.type (of a note),
--      report_item.body (the data of the note: it becomes the data of the event; or a NodeResult)
-- Answer 'ok' | 'cancel' | 'closed'; cancel = ok, and the task shall stop; closed also when it would begin after the start
--      deadline
-- Repeats: items whose number is not above the last one taken have no effect.
-- @include time
-- @include lease
-- @include stream
-- @include items
-- @include close
-- @include late
local stream = stream_of(KEYS[2], KEYS[1], ARGV[4])
local right, entry = has_right(stream, KEYS[2], ARGV[1])
if not right then
  return 'closed'
end
local row = redis.call('HMGET', KEYS[2], 'run', 'cancel')
if begins_late(KEYS[2], FIRST.arg) then
  local failed = close_task(stream, KEYS[2], KEYS[3], row[1], ARGV[2], entry, 'released', LATE)
  return failed and redis.error_reply(failed) or 'closed'
end
redis.call('HSETNX', KEYS[2], 'executor', ARGV[1])
take_items(KEYS[2], KEYS[3], row[1], ARGV[2], tonumber(ARGV[3]), FIRST.arg, true)
return row[2] and 'cancel' or 'ok'
