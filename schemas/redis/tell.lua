#!lua flags=allow-oom
-- Gives a run mail from the gateway's side: resume, and cancel of old gateways.
-- KEYS 1 run, 2 mail
-- ARGV 1 run, 2 body (JSON of mail.schema.json)
-- Answer 'told' | 'missing' | 'terminal'
-- Repeats: a second mail of the same kind changes nothing when it is driven.
-- @include status
local status = redis.call('HGET', KEYS[1], 'status')
if not status then
  return 'missing'
end
if is_terminal(status) then
  return 'terminal'
end
redis.call('XADD', KEYS[2], '*', 'run', ARGV[1], 'body', ARGV[2])
return 'told'
