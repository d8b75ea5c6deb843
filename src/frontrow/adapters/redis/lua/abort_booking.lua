#!lua flags=allow-oom
-- Take back a booking's own marks: the seats run out when their hold does, and are free where that is past.
--
-- KEYS  1 event_epoch   2 held_seats   3 booking_marks   4 seat_changes   5 user_seats of the user
--       6.. hold, k of them   then seat_lock of each seat
-- ARGV  1 booking id   2 user, percent-encoded   3 random tag of the feed entries   4 k, holds, 1 to 50
--       5 n, seats, 1 to 500   6.. k hold ids   then for each seat its id and the number of its hold (1 to k)
-- Reply {'aborted', now_ms, seats whose mark it took back, epoch or '', {{stream id, previous offset, seats,
--       expires_at_ms, number of the hold}, ...}}: one entry a hold whose seats got their earlier expiry back, then one
--       with 0 and 0 for the seats that are free now
-- Clock the server's TIME. A seat is held while its score in held_seats is later. Lists are joined by commas.
-- See docs/data-model.md.
-- Shared: clock_ms, expire_with_last_seat, feed_end, feed_writer, lock_parts, unmark
local booking_id, user, tag, hold_count, seat_count = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
assert(hold_count and seat_count, 'abort_booking: ARGV is not as documented')
assert(hold_count >= 1 and hold_count <= 50 and seat_count >= 1 and seat_count <= 500, 'abort_booking: 1 to 50 holds, 1 to 500 seats')
assert(#KEYS == 5 + hold_count + seat_count, 'abort_booking: wrong number of KEYS')
assert(#ARGV == 5 + hold_count + 2 * seat_count, 'abort_booking: wrong number of ARGV')
local seats_at, locks_at = 5 + hold_count, 5 + hold_count

local now_ms = clock_ms()
local epoch = redis.call('GET', KEYS[1]) or ''
local unmarked, freed, restored, expiries = {}, {}, {}, {}
for h = 1, hold_count do
  local record = redis.call('HMGET', KEYS[5 + h], 'user', 'expires_at_ms')
  restored[h], expiries[h] = {}, record[1] == user and tonumber(record[2])
end
for i = 1, seat_count do
  local seat, h, lock_key = ARGV[seats_at + 2 * i - 1], tonumber(ARGV[seats_at + 2 * i]), KEYS[locks_at + i]
  if unmark(KEYS[3], seat, booking_id) then
    unmarked[#unmarked + 1] = seat
    local owner, hold_id = lock_parts(redis.call('GET', lock_key))
    local expires_at_ms, earlier_ms = tonumber(redis.call('ZSCORE', KEYS[2], seat) or 0), expiries[h]
    local is_own = owner == user and hold_id == ARGV[5 + h] and expires_at_ms > now_ms
    if is_own and earlier_ms and earlier_ms <= now_ms then
      redis.call('DEL', lock_key)
      redis.call('ZREM', KEYS[2], seat)
      redis.call('ZREM', KEYS[5], seat)
      freed[#freed + 1] = seat
    elseif is_own and earlier_ms and earlier_ms < expires_at_ms then
      redis.call('PEXPIREAT', lock_key, earlier_ms)
      redis.call('ZADD', KEYS[2], earlier_ms, seat)
      redis.call('ZADD', KEYS[5], earlier_ms, seat)
      restored[h][#restored[h] + 1] = seat
    end
  end
end

local entries, append = feed_writer(KEYS[4], epoch, tag, now_ms)
for h = 1, hold_count do
  local seats = table.concat(restored[h], ',')
  if seats ~= '' then append(h, 'expiry_changed', seats, 'expires', expiries[h], 'user', user, 'hold', ARGV[5 + h]) end
  -- Another booking may have marked other seats of this hold: its record must outlive them.
  local last_ms = expiries[h] or 0
  for seat in string.gmatch(redis.call('HGET', KEYS[5 + h], 'seats') or '', '[^,]+') do
    last_ms = math.max(last_ms, tonumber(redis.call('ZSCORE', KEYS[2], seat) or 0))
  end
  if expiries[h] then redis.call('PEXPIREAT', KEYS[5 + h], last_ms, 'LT') end
end
if #freed > 0 then append(0, 'expired', table.concat(freed, ',')) end
expire_with_last_seat(KEYS[5])
return {'aborted', now_ms, table.concat(unmarked, ','), epoch, entries}
