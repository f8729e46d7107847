#!lua flags=allow-oom
-- Answers an approval node: decided here, once, against the deadline, a cancel and other answers. The mail brings it to
-- the run; the node's field keeps it, so that it counts even when the mail is lost.
-- KEYS 1 run, 2 runNodes, 3 mail, 4 timers
-- ARGV 1 run, 2 node, 3 body (JSON of mail.schema.json), 4 answer_id, 5 files (ids of uploads in it, by spaces),
--      6 fileRuns('')
-- Answer ['told' | 'missing' | 'unknown' | 'late' | 'idle'] | ['ended', status: string] | ['answered', before: string];
--      idle = it does not wait for an answer
-- Repeats: the id makes a second call with it 'told'.
-- @include time
-- @include status
local status, files = unpack(redis.call('HMGET', KEYS[1], 'status', 'files'))
if not status then
  return { 'missing' }
end
local answer_field, until_field = 'answer:' .. ARGV[2], 'approval:' .. ARGV[2]
local row, answer, deadline = unpack(redis.call('HMGET', KEYS[2], ARGV[2], answer_field, until_field))
if not row then
  return { 'unknown' }
end
if answer then
  local id, body = string.match(answer, '^(%S+) (.*)$')
  if id == 'late' then
    return { 'late' }
  end
  return id == ARGV[4] and { 'told' } or { 'answered', body }
end
if is_terminal(status) or status == 'canceling' then
  return { 'ended', status }
end
if not deadline then
  return { 'idle' }
end
if now_ms() >= tonumber(deadline) then
  return { 'late' }
end
redis.call('XADD', KEYS[3], '*', 'run', ARGV[1], 'body', ARGV[3])
redis.call('HSET', KEYS[2], answer_field, ARGV[4] .. ' ' .. ARGV[3])
redis.call('HDEL', KEYS[2], until_field)
redis.call('ZREM', KEYS[4], WIRE.timers.approval(ARGV[1], ARGV[2]))
if ARGV[5] ~= '' then
  redis.call('HSET', KEYS[1], 'files', files and (files .. ' ' .. ARGV[5]) or ARGV[5])
  for file in string.gmatch(ARGV[5], '%S+') do
    redis.call('SADD', ARGV[6] .. file, ARGV[1])
  end
end
return { 'told' }
