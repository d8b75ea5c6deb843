-- A script's entries at the end of a feed; takes feed_end. Returns the list of them as replies have it, {stream id,
-- previous offset, seats, expires_at_ms or 0, number of the hold or nothing}, and the function that appends one with
-- further fields and their values, 'expires' first where the kind has it.
local function feed_writer(feed_key, epoch, tag, now_ms)
  local entries, previous = {}, nil
  local function append(hold_number, kind, seats, ...)
    previous = previous or feed_end(feed_key)
    local stream_id = redis.call('XADD', feed_key, 'MAXLEN', '~', 10000, '*', 'epoch', epoch, 'prev', previous,
      'tag', tag, 'at', now_ms, 'kind', kind, 'seats', seats, ...)
    local field, value = ...
    entries[#entries + 1] = {stream_id, previous, seats, field == 'expires' and value or 0, hold_number}
    previous = stream_id .. '-' .. tag
  end
  return entries, append
end
