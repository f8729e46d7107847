#!lua flags=allow-oom
-- Says that an ended run is being removed: from here on nobody forks it, so what forks need of its bytes only shrinks.
-- KEYS 1 run, 2 runTasks
-- ARGV 1 removing (any text)
-- Answer ['missing' | 'tasks' | 'retired'] | ['live', status: string]; tasks = one of it has not ended
-- Repeats: a run that is being removed is answered 'retired' again.
-- @include status
-- @include answer
local status = redis.call('HGET', KEYS[1], 'status')
if not status then
  return { 'missing' }
end
if not is_terminal(status) then
  return { 'live', status }
end
if #open_tasks(KEYS[2]) > 0 then
  return { 'tasks' }
end
redis.call('HSET', KEYS[1], 'removing', ARGV[1])
return { 'retired' }
