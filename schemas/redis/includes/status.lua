local TERMINAL = WIRE.terminalRunStatuses

-- A missing record counts as terminal, so that nobody resurrects a run.
local function is_terminal(status)
  return not status or TERMINAL[status] == true
end
