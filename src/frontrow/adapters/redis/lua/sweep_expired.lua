#!lua flags=allow-oom
-- Tell the feed which holds ran out, and tidy what they left. Running it again changes nothing.
--
-- KEYS  1 event_epoch   2 held_seats   3 booking_marks   4 freed_seats   5 seat_changes
-- ARGV  1 the most seats to sweep, 1 to 1,000   2 random tag of the feed entry
-- Reply {'swept', now_ms, seats, epoch or '', {{stream id, previous offset, seats, 0}}}: no entry where nothing ran out
-- Clock the server's TIME. Also drops as many tombstones older than a day. Lists are joined by commas.
-- See docs/data-model.md.
-- Shared: clock_ms, feed_end, feed_writer, mark_left_ms
local seats_max, tag = tonumber(ARGV[1]), ARGV[2]
assert(#KEYS == 5 and #ARGV == 2, 'sweep_expired: wrong number of KEYS or ARGV')
assert(seats_max and seats_max >= 1 and seats_max <= 1000, 'sweep_expired: 1 to 1,000 seats')
local DAY_MS = 86400000

local now_ms = clock_ms()
local epoch = redis.call('GET', KEYS[1]) or ''
local dead = redis.call('ZRANGE', KEYS[4], '-inf', now_ms - DAY_MS, 'BYSCORE', 'LIMIT', 0, seats_max)
if #dead > 0 then redis.call('ZREM', KEYS[4], unpack(dead)) end
local expired = redis.call('ZRANGE', KEYS[2], '-inf', now_ms, 'BYSCORE', 'LIMIT', 0, seats_max)
if #expired == 0 then return {'swept', now_ms, '', epoch, {}} end
redis.call('ZREM', KEYS[2], unpack(expired))
local marks = redis.call('HMGET', KEYS[3], unpack(expired))
for i, seat in ipairs(expired) do
  if marks[i] and mark_left_ms(marks[i], now_ms) == 0 then redis.call('HDEL', KEYS[3], seat) end
end
local seats = table.concat(expired, ',')
local entries, append = feed_writer(KEYS[5], epoch, tag, now_ms)
append(nil, 'expired', seats)
return {'swept', now_ms, seats, epoch, entries}
