#!lua flags=allow-oom
-- Free for good what an owner had sold, claimed or blocked, and remember that it did.
--
-- KEYS  1 event_epoch   2 sold_seats   3 freed_seats   4 seat_changes
-- ARGV  1 owner id   2 random tag of the feed entry   3.. 1 to 1,000 seat ids
-- Reply {'freed', now_ms, seats that were this owner's, epoch or '', {{stream id, previous offset, seats, 0}}}
--       No entry where nothing changed.
-- Clock the server's TIME. Also drops up to 200 tombstones older than a day. Lists are joined by commas.
-- See docs/data-model.md.
-- Shared: clock_ms, feed_end, feed_writer, sold_to
local owner_id, tag = ARGV[1], ARGV[2]
assert(#KEYS == 4, 'free_seats: wrong number of KEYS')
assert(#ARGV >= 3 and #ARGV <= 1002, 'free_seats: 1 to 1,000 seats')
local TOMBSTONES_TRIMMED_MAX, DAY_MS = 200, 86400000

local now_ms = clock_ms()
local epoch = redis.call('GET', KEYS[1]) or ''
local sold, freed = redis.call('HMGET', KEYS[2], unpack(ARGV, 3)), {}
for i = 3, #ARGV do
  redis.call('ZADD', KEYS[3], now_ms, owner_id .. '/' .. ARGV[i])
  if sold_to(sold[i - 2]) == owner_id then freed[#freed + 1] = ARGV[i] end
end
if #freed > 0 then redis.call('HDEL', KEYS[2], unpack(freed)) end
local dead = redis.call('ZRANGE', KEYS[3], '-inf', now_ms - DAY_MS, 'BYSCORE', 'LIMIT', 0, TOMBSTONES_TRIMMED_MAX)
if #dead > 0 then redis.call('ZREM', KEYS[3], unpack(dead)) end
local seats = table.concat(freed, ',')
local entries, append = feed_writer(KEYS[4], epoch, tag, now_ms)
if seats ~= '' then append(nil, 'freed', seats, 'owner', owner_id) end
return {'freed', now_ms, seats, epoch, entries}
