#!lua
-- Counts the bytes of a file against its key's day (UTC), or says how long the key has to wait for the next one. Plain
-- flags: a full server refuses before any write.
-- KEYS 1 keyBytes
-- ARGV 1 size int, 2 most int
-- Answer [word: 'counted' | 'limited', left: string, reset_ms: string]
-- Repeats: count again; a file whose answer was lost costs twice.
-- @include time
-- @include day
local now = now_ms()
local reset, used = rest_of_day(now), bytes_of_day(KEYS[1])
local size, most = tonumber(ARGV[1]), tonumber(ARGV[2])
if used + size > most then
  return { 'limited', text(math.max(0, most - used)), reset }
end
add_to_day(KEYS[1], size, now)
return { 'counted', text(most - used - size), reset }
