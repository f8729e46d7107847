-- The body of a task's ending out of its hash: all accepted results, and the nodes that had begun.
local function ending_body(hash, outcome, reason)
  local results, began = {}, {}
  local flat = redis.call('HGETALL', hash)
  for i = 1, #flat, 2 do
    if string.sub(flat[i], 1, 7) == 'result:' then
      results[#results + 1] = flat[i + 1]
    elseif string.sub(flat[i], 1, 6) == 'began:' then
      began[#began + 1] = '"' .. string.sub(flat[i], 7) .. '"'
    end
  end
  return '{"kind":"ending","outcome":"' .. outcome .. '","reason":' .. reason .. ',"began":['
    .. table.concat(began, ',') .. '],"results":[' .. table.concat(results, ',') .. ']}'
end

-- Closes an open task: its ending goes to the reports, its entry goes. The XADD comes first, because it alone can
-- fail (a box can poison its own stream with the largest id). `reason` is a JSON string. Answers an error or nil.
local function close_task(stream, hash, reports, run, task, entry, outcome, reason)
  local added = redis.pcall('XADD', reports, '*', 'run', run, 'task', task, 'kind', 'ending', 'node', '', 'type', '',
    'body', ending_body(hash, outcome, reason))
  if type(added) == 'table' and added.err then
    return added.err
  end
  redis.call('HSET', hash, 'state', 'closed', 'ending', added, 'outcome', outcome, 'reason', reason)
  redis.pcall('XACK', stream, 'executors', entry)
  redis.call('XDEL', stream, entry)
end
