-- The lane of one receiver: its deliveries with the times at which they are due, and those that deliverers have taken.
-- Says to the outbox when the lane is to be looked at again: not before one of those taken ends, when there are as many
-- as there may be.
local function schedule_lane(outbox, lane, lane_key, taken_key, per_lane)
  local first = redis.call('ZRANGE', lane_key, 0, 0, 'WITHSCORES')
  if not first[1] then
    redis.call('ZREM', outbox, lane)
    redis.call('DEL', taken_key)
    return
  end
  local due = first[2]
  if redis.call('ZCARD', taken_key) >= per_lane then
    due = redis.call('ZRANGE', taken_key, 0, 0, 'WITHSCORES')[2]
  end
  redis.call('ZADD', outbox, due, lane)
end
