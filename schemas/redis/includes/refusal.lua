-- Why a drive's decision does not hold any more: what it has not seen has happened since.

-- What an executor has begun counts although its mail is still on its way. What it has not begun by its `start_by` it
-- will not begin any more.
local function has_begun(hash)
  local fields = redis.pcall('HKEYS', hash)
  for _, field in ipairs(fields.err and {} or fields) do
    if string.sub(field, 1, 6) == 'began:' or string.sub(field, 1, 7) == 'result:' then return true end
  end
end

local function refusal(plan, record)
  if record.token ~= plan.token then return 'token' end
  if is_terminal(record.status) then return 'terminal' end
  if record.status == 'canceling' and plan.status ~= 'canceling' and plan.status ~= 'canceled' then return 'canceling' end
  if (record.checkpoint or '') ~= plan.parent then return 'parent' end
  local mail = redis.call('LINDEX', KEYS[4], plan.last.index)
  local place = '{"source":"' .. plan.last.source .. '","entry":"' .. plan.last.entry .. '"'
  if not mail or string.sub(mail, 1, #place) ~= place then return 'mail' end
  for _, a in ipairs(plan.accepted) do
    if redis.call('HGET', KEYS[2], 'task:' .. a.node) ~= a.task .. ' ' .. text(a.attempt) then return 'result' end
  end
  -- Whoever answered before the deadline was heard counts, whatever this drive saw.
  for _, node in ipairs(plan.late) do
    if redis.call('HEXISTS', KEYS[2], 'answer:' .. node) == 1 then return 'answered' end
  end
  if plan.guard == 'expired' then
    if record.status ~= 'queued' then return 'begun' end
    for _, hash in ipairs(plan.open) do
      if has_begun(KEYS[hash]) then return 'begun' end
    end
  elseif plan.guard == 'canceled' and #open_tasks(KEYS[3]) > 0 then
    return 'open'
  end
end

-- An id names one artifact for ever: an executor that calls a new one by an old name is refused before anything is written.
local function names_taken(artifacts, prefix)
  local taken = {}
  for _, a in ipairs(artifacts) do
    if redis.call('EXISTS', prefix .. a.id) == 1 then
      taken[#taken + 1] = a.id
    end
  end
  return table.concat(taken, ' ')
end
