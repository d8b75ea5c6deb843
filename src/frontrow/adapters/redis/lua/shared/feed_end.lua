-- The offset '<stream id>-<tag>' of a feed's last entry, '' for an empty feed. An entry's third field is its tag.
local function feed_end(feed_key)
  local last = redis.call('XREVRANGE', feed_key, '+', '-', 'COUNT', 1)[1]
  return last and last[1] .. '-' .. last[2][6] or ''
end
