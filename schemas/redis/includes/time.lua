-- Redis time in ms; the only clock that scripts know.
local function now_ms()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

-- A whole number as text; Lua would write 1.7e+12.
local function text(n)
  return string.format('%.0f', n)
end
