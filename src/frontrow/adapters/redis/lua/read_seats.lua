#!lua flags=no-writes
-- Read what these seats are now: what the calls by seats compare, and the clock they are judged by.
--
-- KEYS  1 event_epoch   2 sold_seats   3 held_seats   4 booking_marks   5.. seat_lock of each seat
-- ARGV  1.. n seat ids, 0 to 500, in the order of their locks
-- Reply {'seats', now_ms, 1 on a warm event else 0, {lock, ...}, {why, ...}}
--       lock: the lock of a seat that is held now, else ''
--       why: why nobody else can take the seat: 'claimed', 'booked' or 'blocked' for a sold one, 'held' (held or marked),
--       '' for a free one
-- Clock the server's TIME. A seat is held while its score in held_seats is later. See docs/data-model.md.
-- Shared: clock_ms, mark_left_ms
assert(#ARGV <= 500, 'read_seats: at most 500 seats')
assert(#KEYS == 4 + #ARGV, 'read_seats: wrong number of KEYS')
local now_ms = clock_ms()
local is_warm, values, reasons = redis.call('EXISTS', KEYS[1]), {}, {}
if #ARGV == 0 then return {'seats', now_ms, is_warm, values, reasons} end
local sold = redis.call('HMGET', KEYS[2], unpack(ARGV))
local scores = redis.call('ZMSCORE', KEYS[3], unpack(ARGV))
local marks = redis.call('HMGET', KEYS[4], unpack(ARGV))
local locks = redis.call('MGET', unpack(KEYS, 5))
for i = 1, #ARGV do
  local held = scores[i] and tonumber(scores[i]) > now_ms
  values[i] = held and locks[i] or ''
  reasons[i] = sold[i] and string.match(sold[i], '^%a+') or (held or mark_left_ms(marks[i], now_ms) > 0) and 'held' or ''
end
return {'seats', now_ms, is_warm, values, reasons}
