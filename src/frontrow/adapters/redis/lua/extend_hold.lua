#!lua
-- Let every seat of the user's holds run out later: never sooner than before, never past the lifetime cap.
--
-- KEYS  1 event_epoch   2 held_seats   3 seat_changes   4 user_seats of the user
--       5.. hold, k of them   then seat_lock of each seat   then table_lock of each table
-- ARGV  1 user, percent-encoded   2 ttl, ms, >= 1   3 lifetime cap, ms after a hold's first lock
--       4 random tag of the feed entries   5 'hold': one hold by its id; 'seats': the holds of some seats
--       6 k, holds, 1 to 50   7 n, seats, 0 to 500   8 m, tables, 0 to n
--       9.. for each hold its id and the seats it was read to list   then for each seat its id, the number of its hold
--       (1 to k) and '1' where that hold was read to hold it, else '0'   then for each table the number of its hold
-- Reply {'extended', now_ms, the earliest expiry of the holds, seats held, epoch, {{stream id, previous offset, seats,
--       expires_at_ms, number of the hold}, ...}}: one entry a hold that changed
--       {'changed', now_ms}: a list or a seat is not as read   {'cold', now_ms}
--       {'not_found', now_ms}: a hold is gone, not theirs or past its own expiry, or every seat has moved away
-- Clock the server's TIME. A seat is held while its score in held_seats is later. Lists are joined by commas.
-- See docs/data-model.md.
-- Shared: clock_ms, expire_with_last_seat, feed_end, feed_writer, lock_parts
local user, ttl_ms, lifetime_max_ms, tag, by_hold = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], ARGV[5] == 'hold'
local hold_count, seat_count, table_count = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
assert(ttl_ms and lifetime_max_ms and hold_count and seat_count and table_count, 'extend_hold: ARGV is not as documented')
assert(hold_count >= 1 and hold_count <= 50 and seat_count <= 500, 'extend_hold: 1 to 50 holds, at most 500 seats')
assert(#KEYS == 4 + hold_count + seat_count + table_count, 'extend_hold: wrong number of KEYS')
assert(#ARGV == 8 + 2 * hold_count + 3 * seat_count + table_count, 'extend_hold: wrong number of ARGV')
local seats_at, locks_at = 8 + 2 * hold_count, 4 + hold_count

local now_ms = clock_ms()
local epoch = redis.call('GET', KEYS[1])
if not epoch then return {'cold', now_ms} end
local holds, held, changed, is_over = {}, {}, false, false
for h = 1, hold_count do
  local record = redis.call('HMGET', KEYS[4 + h], 'user', 'expires_at_ms', 'first_locked_at_ms', 'seats')
  local expires_at_ms = tonumber(record[2] or 0)
  if by_hold and (record[1] ~= user or expires_at_ms <= now_ms) then return {'not_found', now_ms} end
  is_over = is_over or expires_at_ms <= now_ms
  changed = changed or record[1] ~= user or record[4] ~= ARGV[8 + 2 * h]
  local until_ms = math.min(now_ms + ttl_ms, tonumber(record[3] or 0) + lifetime_max_ms)
  holds[h] = {id = ARGV[7 + 2 * h], expires_at_ms = math.max(expires_at_ms, until_ms), until_ms = until_ms, later = {}}
end
for i = 1, seat_count do
  local seat, hold = ARGV[seats_at + 3 * i - 2], holds[tonumber(ARGV[seats_at + 3 * i - 1])]
  local owner, hold_id = lock_parts(redis.call('GET', KEYS[locks_at + i]))
  local expires_at_ms = tonumber(redis.call('ZSCORE', KEYS[2], seat) or 0)
  if owner == user and hold_id == hold.id and expires_at_ms > now_ms then
    held[#held + 1] = seat
    if expires_at_ms < hold.until_ms then hold.later[#hold.later + 1] = {id = seat, lock = KEYS[locks_at + i]} end
  elseif ARGV[seats_at + 3 * i] == '1' then
    changed = true
  end
end
if changed then return {'changed', now_ms} end
-- A hold past its own expiry still holds seats that are being booked: they stay for that, and no longer.
if is_over or #held == 0 then return {'not_found', now_ms} end

local earliest_ms, entries, append = holds[1].expires_at_ms, feed_writer(KEYS[3], epoch, tag, now_ms)
for h, hold in ipairs(holds) do
  local seats = {}
  for i, seat in ipairs(hold.later) do
    redis.call('PEXPIREAT', seat.lock, hold.until_ms)
    redis.call('ZADD', KEYS[2], hold.until_ms, seat.id)
    redis.call('ZADD', KEYS[4], hold.until_ms, seat.id)
    seats[i] = seat.id
  end
  redis.call('HSET', KEYS[4 + h], 'expires_at_ms', hold.expires_at_ms)
  redis.call('PEXPIREAT', KEYS[4 + h], hold.expires_at_ms, 'GT')
  earliest_ms = math.min(earliest_ms, hold.expires_at_ms)
  local named = table.concat(seats, ',')
  if named ~= '' then append(h, 'expiry_changed', named, 'expires', hold.until_ms, 'user', user, 'hold', hold.id) end
end
for i = 1, table_count do
  local hold, key = holds[tonumber(ARGV[seats_at + 3 * seat_count + i])], KEYS[locks_at + seat_count + i]
  local owner, hold_id = lock_parts(redis.call('GET', key))
  if owner == user and hold_id == hold.id then redis.call('PEXPIREAT', key, hold.expires_at_ms, 'GT') end
end
expire_with_last_seat(KEYS[4])
return {'extended', now_ms, earliest_ms, table.concat(held, ','), epoch, entries}
