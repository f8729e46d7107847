#!lua flags=allow-oom
-- Closes one task whose lease is lost. Downtime of Redis counts as idle, so nothing is reaped until one lease after
-- this server process was first seen.
-- KEYS 1 server, 2 <stream>, 3 poolTask, 4 poolReports
-- ARGV 1 entry, 2 task, 3 lease_ms int
-- Answer 'lost' | 'gone' | 'alive' | 'young'; gone = closed already, young = this server process is
-- @include time
-- @include lease
-- @include close
local now = now_ms()
local server = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local seen = redis.call('HMGET', KEYS[1], 'run_id', 'since')
if seen[1] ~= server then
  redis.call('HSET', KEYS[1], 'run_id', server, 'since', text(now))
  return 'young'
end
if now < tonumber(seen[2]) + tonumber(ARGV[3]) then
  return 'young'
end
local rows = redis.call('XPENDING', KEYS[2], WIRE.groups.executors, 'IDLE', ARGV[3], ARGV[1], ARGV[1], 1)
if not rows[1] then
  return 'alive'
end
local row = redis.call('HMGET', KEYS[3], 'state', 'entry', 'run')
if row[1] ~= 'open' or row[2] ~= ARGV[1] then
  redis.call('XACK', KEYS[2], WIRE.groups.executors, ARGV[1])
  redis.call('XDEL', KEYS[2], ARGV[1])
  return 'gone'
end
local reason = '"no sign of life from ' .. string.gsub(rows[1][2], '[^%w_-]', '') .. ' for ' .. text(rows[1][3]) .. ' ms"'
local failed = close_task(KEYS[2], KEYS[3], KEYS[4], row[3], ARGV[2], ARGV[1], 'lost', reason)
if failed then
  return redis.error_reply(failed)
end
return 'lost'
