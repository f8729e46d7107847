-- The stream of a pool in which tasks of a level wait: `normal` ones, or those of a level of their own under `levels`. A
-- task's hash says its level; a box may write there what it likes, so only our two are taken.
local function stream_of_level(normal, levels, level)
  return (level == 'high' or level == 'low') and levels .. level or normal
end

local function stream_of(hash, normal, levels)
  return stream_of_level(normal, levels, redis.call('HGET', hash, 'level'))
end
