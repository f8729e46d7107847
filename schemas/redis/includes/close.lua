-- A box may write into its tasks' hashes what it likes: what no task can have said is left out, so that the ending stays
-- readable. A result has at most 64 KiB of outputs.
local MOST_FIELDS, MOST_RESULT_BYTES, MOST_ENDING_BYTES = 4096, 262144, 33554432

-- The body of a task's ending out of its hash: all accepted results, and the nodes that had begun.
local function ending_body(hash, outcome, reason)
  local results, began, total = {}, {}, 0
  local fields = redis.call('HLEN', hash) <= MOST_FIELDS and redis.call('HKEYS', hash) or {}
  for _, field in ipairs(fields) do
    if string.sub(field, 1, 7) == 'result:' then
      local size = redis.call('HSTRLEN', hash, field)
      if size <= MOST_RESULT_BYTES and total + size <= MOST_ENDING_BYTES then
        total = total + size
        results[#results + 1] = redis.call('HGET', hash, field)
      end
    elseif string.match(field, '^began:[%w_.-]+$') and #field <= 256 then
      began[#began + 1] = '"' .. string.sub(field, 7) .. '"'
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
  redis.pcall('XACK', stream, WIRE.groups.executors, entry)
  redis.call('XDEL', stream, entry)
end
