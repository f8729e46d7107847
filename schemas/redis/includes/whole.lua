-- What Redis has answered as a whole number of at most 15 digits; nil where it is anything else.
local function whole(value)
  return type(value) == 'string' and #value <= 15 and string.match(value, '^%d+$') and tonumber(value) or nil
end
