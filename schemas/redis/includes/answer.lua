-- What a driver needs to drive a locked run: record, nodes, tasks not ended, mailbox, checkpoint, graph.
-- Type Drive = [word: 'drive' | 'give_up', record: string[], nodes: string[], tasks: string[], mailbox: string[],
--      checkpoint: ['none', input: string, taken: string] | ['same'] | ['full', id: string, hash: string[], heads: string[], blobs: string[]],
--      graph: string]
local function open_tasks(tasks_key)
  local out, flat = {}, redis.call('HGETALL', tasks_key)
  for i = 1, #flat, 2 do
    if string.sub(flat[i + 1], -5) == '|open' then
      out[#out + 1] = flat[i]
      out[#out + 1] = flat[i + 1]
    end
  end
  return out
end

local function blobs_of(heads, blobs_key)
  local out = {}
  for i = 1, #heads, 2 do
    out[#out + 1] = redis.call('HGET', blobs_key, heads[i] .. '|' .. heads[i + 1]) or ''
  end
  return out
end

-- `known` = checkpoint that the driver holds in memory; it gets the rest.
local function checkpoint_of(id, known, data_key, heads_key, blobs_key, checkpoint_prefix)
  if not id then
    return { 'none', redis.call('HGET', data_key, 'input') or '{}', redis.call('HGET', data_key, 'taken') or '{}' }
  end
  if id == known then
    return { 'same' }
  end
  local heads = redis.call('HGETALL', heads_key)
  return { 'full', id, redis.call('HGETALL', checkpoint_prefix .. id), heads, blobs_of(heads, blobs_key) }
end

local function answer(word, k, known_checkpoint, known_digest)
  local record = redis.call('HGETALL', k.run)
  local f = to_table(record)
  local graph = ''
  if f.digest ~= known_digest then
    graph = redis.call('GET', k.graph_prefix .. f.digest) or ''
  end
  local checkpoint = { 'same' }
  if word == 'drive' then
    checkpoint = checkpoint_of(f.checkpoint, known_checkpoint, k.data, k.heads, k.blobs, k.checkpoint_prefix)
  end
  return { word, record, redis.call('HGETALL', k.nodes), open_tasks(k.tasks), redis.call('LRANGE', k.mailbox, 0, -1), checkpoint, graph }
end
