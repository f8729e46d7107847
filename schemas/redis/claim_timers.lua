#!lua flags=allow-oom
-- Turns due timers of runs into mail. Timers of what is to be removed, runs, what runs have left, and uploads, are moved
-- one visibility period ahead and answered: their effect checks the state again and removes them.
-- KEYS 1 timers, 2 mail
-- ARGV 1 at_most int, 2 run(''), 3 timer_visibility_ms int
-- Answer [claimed: number, effects: string[]]; effects are the members to be effected by the caller
-- @include time
-- @include status
local EFFECTS = { [WIRE.timerKinds.retention] = true, [WIRE.timerKinds.folder] = true, [WIRE.timerKinds.upload] = true }
local now = now_ms()
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', text(now), 'LIMIT', 0, ARGV[1])
local effects = {}
for _, member in ipairs(due) do
  local kind, run, rest = string.match(member, '^([^|]*)|([^|]*)|(.*)$')
  if EFFECTS[kind] then
    redis.call('ZADD', KEYS[1], text(now + tonumber(ARGV[3])), member)
    effects[#effects + 1] = member
  else
    if not is_terminal(redis.call('HGET', ARGV[2] .. run, 'status')) then
      redis.call('XADD', KEYS[2], '*', 'run', run, 'body', '{"kind":"timer","timer":"' .. kind .. '","rest":"' .. rest .. '"}')
    end
    redis.call('ZREM', KEYS[1], member)
  end
end
return { #due, effects }
