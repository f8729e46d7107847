"""Sound as samples: read, written, made equally loud."""
