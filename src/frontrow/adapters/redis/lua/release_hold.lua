#!lua flags=allow-oom
-- Give back seats of the user's holds, at once or, by shortening their expiry, a little later.
--
-- KEYS  1 event_epoch   2 held_seats   3 booking_marks   4 seat_changes   5 user_seats of the user
--       6.. hold, k of them   then seat_lock of each seat   then table_lock of each table
-- ARGV  1 user, percent-encoded   2 delay, ms, 0 for at once   3 random tag of the feed entries
--       4 'whole': one hold, what it has lost is passed over; 'named': some seats of one hold; 'seats': by seats
--       5 k, holds, 1 to 50   6 n, seats, 0 to 500   7 m, tables, 0 to n
--       8.. for each hold its id and the seats it was read to list ('' for 'seats')   then for each seat its id, the
--       number of its hold (1 to k) and '1' to give it back, '0' for what else the hold lists   then for each table its
--       id and the number of its hold
-- Reply {'released', now_ms, expires_at_ms (now_ms at once), seats, epoch, {{stream id, previous offset, seats,
--       expires_at_ms (0 at once), number of the hold}, ...}}: one entry a hold that changed
--       {'unavailable', now_ms, seat, 'not_yours', seat, ...}: 'named' only   {'busy', now_ms, retry_after_ms, seats}
--       {'changed', now_ms}: the list or a seat is not as read   {'not_found' | 'cold', now_ms}
-- Clock the server's TIME. A seat is held while its score in held_seats is later. Lists are joined by commas.
-- See docs/data-model.md.
-- Shared: clock_ms, expire_with_last_seat, feed_end, feed_writer, lock_parts, mark_left_ms, without
local user, delay_ms, tag, mode = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local hold_count, seat_count, table_count = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
assert(delay_ms and hold_count and seat_count and table_count, 'release_hold: ARGV is not as documented')
assert(hold_count >= 1 and hold_count <= 50 and seat_count <= 500, 'release_hold: 1 to 50 holds, at most 500 seats')
assert(#KEYS == 5 + hold_count + seat_count + table_count, 'release_hold: wrong number of KEYS')
assert(#ARGV == 7 + 2 * hold_count + 3 * seat_count + 2 * table_count, 'release_hold: wrong number of ARGV')
local seats_at, tables_at = 7 + 2 * hold_count, 7 + 2 * hold_count + 3 * seat_count

local now_ms = clock_ms()
local epoch = redis.call('GET', KEYS[1])
if not epoch then return {'cold', now_ms} end
local holds = {}
for h = 1, hold_count do
  local record = redis.call('HMGET', KEYS[5 + h], 'user', 'expires_at_ms', 'seats', 'tables')
  if mode ~= 'seats' and record[1] ~= user then return {'not_found', now_ms} end
  if mode ~= 'seats' and record[3] ~= ARGV[7 + 2 * h] then return {'changed', now_ms} end
  holds[h] = {id = ARGV[6 + 2 * h], key = KEYS[5 + h], expires_at_ms = tonumber(record[2] or 0), seats = record[3] or '',
    tables = record[4] or '', given = {}, is_given = {}, is_table_given = {}}
end
local lives, refused, busy, all, retry_after_ms = holds[1].expires_at_ms > now_ms, {'unavailable', now_ms}, {}, {}, 0
for i = 1, seat_count do
  local seat, hold, lock_key = ARGV[seats_at + 3 * i - 2], holds[tonumber(ARGV[seats_at + 3 * i - 1])], KEYS[5 + hold_count + i]
  local owner, hold_id, table_id = lock_parts(redis.call('GET', lock_key))
  local expires_at_ms = tonumber(redis.call('ZSCORE', KEYS[2], seat) or 0)
  local is_held = owner == user and hold_id == hold.id and expires_at_ms > now_ms
  lives = lives or is_held
  if is_held and ARGV[seats_at + 3 * i] == '1' then
    local left_ms = mark_left_ms(redis.call('HGET', KEYS[3], seat), now_ms)
    if left_ms > 0 then busy[#busy + 1], retry_after_ms = seat, math.max(retry_after_ms, left_ms) end
    hold.given[#hold.given + 1] = {id = seat, lock = lock_key, expires_at_ms = expires_at_ms}
    hold.is_given[seat], hold.is_table_given[table_id], all[#all + 1] = true, true, seat
  elseif mode == 'seats' then
    return {'changed', now_ms}
  elseif mode == 'named' and ARGV[seats_at + 3 * i] == '1' then
    refused[#refused + 1], refused[#refused + 2] = seat, 'not_yours'
  end
end
if mode ~= 'seats' and not lives then return {'not_found', now_ms} end
if #refused > 2 then return refused end
if #busy > 0 then return {'busy', now_ms, retry_after_ms, table.concat(busy, ',')} end

local until_ms, entries, append = now_ms + delay_ms, feed_writer(KEYS[4], epoch, tag, now_ms)
for h, hold in ipairs(holds) do
  local changed = {}
  for _, seat in ipairs(hold.given) do
    if delay_ms == 0 then
      redis.call('DEL', seat.lock)
      redis.call('ZREM', KEYS[2], seat.id)
      redis.call('ZREM', KEYS[5], seat.id)
      redis.call('HDEL', KEYS[3], seat.id)
      changed[#changed + 1] = seat.id
    elseif seat.expires_at_ms > until_ms then
      redis.call('PEXPIREAT', seat.lock, until_ms)
      redis.call('ZADD', KEYS[2], until_ms, seat.id)
      redis.call('ZADD', KEYS[5], until_ms, seat.id)
      changed[#changed + 1] = seat.id
    end
  end
  local seats, named = without(hold.seats, hold.is_given), table.concat(changed, ',')
  hold.is_whole = mode == 'whole' or (mode == 'named' and seats == '')
  if delay_ms == 0 and (hold.is_whole or seats == '') then
    redis.call('DEL', hold.key)
  elseif delay_ms == 0 and #changed > 0 then
    redis.call('HSET', hold.key, 'seats', seats, 'tables', without(hold.tables, hold.is_table_given))
  elseif hold.is_whole and hold.expires_at_ms > until_ms then
    redis.call('HSET', hold.key, 'expires_at_ms', until_ms)
    redis.call('PEXPIREAT', hold.key, until_ms)
  end
  if named ~= '' and delay_ms == 0 then
    append(h, 'released', named, 'user', user, 'hold', hold.id)
  elseif named ~= '' then
    append(h, 'expiry_changed', named, 'expires', until_ms, 'user', user, 'hold', hold.id)
  end
end
for i = 1, table_count do
  local table_id, hold = ARGV[tables_at + 2 * i - 1], holds[tonumber(ARGV[tables_at + 2 * i])]
  local key = KEYS[5 + hold_count + seat_count + i]
  local owner, hold_id = lock_parts(redis.call('GET', key))
  if owner == user and hold_id == hold.id and (hold.is_whole or (delay_ms == 0 and hold.is_table_given[table_id])) then
    redis.call('PEXPIREAT', key, until_ms, 'LT')
  end
end
expire_with_last_seat(KEYS[5])
local expires_at_ms = delay_ms == 0 and now_ms or math.min(until_ms, holds[1].expires_at_ms)
return {'released', now_ms, expires_at_ms, table.concat(all, ','), epoch, entries}
