#!lua flags=allow-oom
-- Gives a webhook, or an owner for the webhooks of runs, a new signing secret; the one before signs, too, for a while.
-- KEYS 1 <secrets>
-- ARGV 1 secret, 2 overlap_ms int, 3 how 'rotate' | 'show' | 'first'
-- Answer [word: 'rotated' | 'open' | 'kept' | 'missing', until: string]; until = when the one before ends, or ''
-- With `first` only if there is none, and nobody sees it; with `show` it may be the first that anybody sees.
-- Repeats: the same secret again changes nothing.
-- @include time
local row = redis.call('HMGET', KEYS[1], 'secret', 'old_until', 'unseen')
if row[1] == ARGV[1] then
  return { 'rotated', row[2] or '' }
end
if ARGV[3] == 'first' then
  if not row[1] then
    redis.call('HSET', KEYS[1], 'secret', ARGV[1], 'unseen', '1')
  end
  return { 'kept', '' }
end
if not row[1] and ARGV[3] == 'rotate' then
  return { 'missing', '' }
end
if not row[1] or row[3] then
  redis.call('HSET', KEYS[1], 'secret', ARGV[1])
  redis.call('HDEL', KEYS[1], 'unseen')
  return { 'rotated', '' }
end
local now = now_ms()
if row[2] and tonumber(row[2]) > now then
  return { 'open', row[2] }
end
local until_ms = text(now + tonumber(ARGV[2]))
redis.call('HSET', KEYS[1], 'secret', ARGV[1], 'old_secret', row[1], 'old_until', until_ms)
return { 'rotated', until_ms }
