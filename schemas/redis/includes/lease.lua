-- The consumer that holds a task's entry, or nil. Raises NOGROUP when the group is missing, before anything was written.
local function holder(stream, entry)
  local rows = redis.call('XPENDING', stream, WIRE.groups.executors, entry, entry, 1)
  return rows[1] and rows[1][2]
end

-- The right to a task: it is open and the pending list says that exactly its entry, in this stream, belongs to this
-- consumer. Answers the entry too.
local function has_right(stream, hash, consumer)
  local row = redis.call('HMGET', hash, 'state', 'entry')
  return row[1] == 'open' and row[2] and holder(stream, row[2]) == consumer, row[2]
end
