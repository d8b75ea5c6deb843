-- What a lock '<user>:<hold>:<locked_at_ms>[:table:<table>]' says: user, hold, table ('' without one), locked_at_ms;
-- nothing where there is no lock.
local function lock_parts(lock)
  if not lock then return end
  local user, hold_id, locked_at_ms, held_with = string.match(lock, '^([^:]*):([^:]*):(%d+):?(.*)$')
  return user, hold_id, string.sub(held_with, 7), tonumber(locked_at_ms)
end
