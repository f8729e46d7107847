-- Takes report items, numbered from `first`: {kind 'note' | 'result', node, type, body} each. Those already taken are
-- skipped. Notes are appended to the reports; results are kept in the task's hash and, with `tell`, appended too.
local function take_items(hash, reports, run, task, first, from, tell)
  local taken = tonumber(redis.call('HGET', hash, 'reported') or '0')
  local n = first
  for i = from, #ARGV, 4 do
    if n > taken then
      local kind, node, note_type, body = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
      local report = kind == 'result' and '{"kind":"result","result":' .. body .. '}' or body
      if kind == 'note' or tell then
        redis.call('XADD', reports, '*', 'run', run, 'task', task, 'kind', kind, 'node', node, 'type', note_type, 'body', report)
      end
      if kind == 'result' then
        redis.call('HSETNX', hash, 'result:' .. node, body)
        redis.call('HDEL', hash, 'start_by')
      elseif note_type == 'node.started' then
        redis.call('HSET', hash, 'began:' .. node, '1')
        redis.call('HDEL', hash, 'start_by')
      end
      taken = n
    end
    n = n + 1
  end
  redis.call('HSET', hash, 'reported', text(taken))
end
