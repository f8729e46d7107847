local TERMINAL = { succeeded = true, failed = true, canceled = true, expired = true, timed_out = true }

-- A missing record counts as terminal, so that nobody resurrects a run.
local function is_terminal(status)
  return not status or TERMINAL[status] == true
end
