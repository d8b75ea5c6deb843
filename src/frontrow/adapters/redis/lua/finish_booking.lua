#!lua flags=allow-oom
-- Record the committed seats as sold and drop the locks, marks and cap entries that were this booking's.
--
-- KEYS  1 event_epoch   2 sold_seats   3 held_seats   4 booking_marks   5 freed_seats   6 seat_changes
--       7 user_seats of the user   8.. hold, k of them   then seat_lock of each seat   then table_lock of each table
-- ARGV  1 id that marked the seats   2 'booked' | 'claimed' | 'blocked'   3 owner id   4 user, percent-encoded
--       5 order whose own claim becomes this booking (and is remembered as freed), or ''   6 random tag of the entries
--       7 k, holds, 0 to 50   8 n, seats, 0 to 500   9 m, tables, 0 to 500
--       10.. k hold ids   then for each seat its id and the number of the hold it was booked from, 0 without one
--       then seats that were marked and not booked
-- Reply {'finished', now_ms, seats skipped, {seat, hold, ...} of other users' holds that it broke, epoch or '',
--       {{stream id, previous offset, seats, 0, number of the hold, 0 for the sold seats}, ...}}
--       Skipped: freed for good by this owner, or sold by another id; those that the hold still holds are given back.
-- Clock the server's TIME. A seat is held while its score in held_seats is later. Lists are joined by commas.
-- See docs/data-model.md.
-- Shared: clock_ms, expire_with_last_seat, feed_end, feed_writer, lock_parts, sold_to, unmark, with_all, without
local booking_id, state, owner_id, user, claim_id, tag = unpack(ARGV, 1, 6)
local hold_count, seat_count, table_count = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
assert(hold_count and seat_count and table_count, 'finish_booking: ARGV is not as documented')
assert(hold_count <= 50 and seat_count <= 500 and table_count <= 500, 'finish_booking: at most 50 holds and 500 seats')
assert(#KEYS == 7 + hold_count + seat_count + table_count, 'finish_booking: wrong number of KEYS')
assert(#ARGV >= 9 + hold_count + 2 * seat_count, 'finish_booking: wrong number of ARGV')
local seats_at, locks_at, unmarked_at = 9 + hold_count, 7 + hold_count, 9 + hold_count + 2 * seat_count
local DAY_MS = 86400000

local now_ms = clock_ms()
local claimed_as = claim_id ~= '' and state == 'booked' and 'claimed:' .. claim_id
local ids, numbers, tombstones, claims = {}, {}, {}, {}
for i = 1, seat_count do
  local seat = ARGV[seats_at + 2 * i - 1]
  ids[i], numbers[i], tombstones[i] = seat, tonumber(ARGV[seats_at + 2 * i]), owner_id .. '/' .. seat
  if claimed_as then claims[2 * i - 1], claims[2 * i] = now_ms, claim_id .. '/' .. seat end
end
local locks = redis.call('MGET', KEYS[1], unpack(KEYS, locks_at + 1, locks_at + seat_count))
local epoch = table.remove(locks, 1) or ''
local sold_before, freed_at_ms = with_all('HMGET', KEYS[2], ids), with_all('ZMSCORE', KEYS[5], tombstones)
local expiries, marks = with_all('ZMSCORE', KEYS[3], ids), with_all('HMGET', KEYS[4], ids)
local sold, sold_as, skipped, broken, unheld, own_locks, own_seats, unmarked = {}, {}, {}, {}, {}, {}, {}, {}
local struck, tables_struck, given_back = {}, {}, {}
for h = 1, hold_count do struck[h], tables_struck[h], given_back[h] = {}, {}, {} end
for i, seat in ipairs(ids) do
  local h, before, owner, hold_id, table_id = numbers[i], sold_before[i], lock_parts(locks[i])
  local is_held = owner and tonumber(expiries[i] or 0) > now_ms
  local is_freed = freed_at_ms[i] and tonumber(freed_at_ms[i]) > now_ms - DAY_MS
  local sells = not is_freed and (not before or before == claimed_as)
  local skips = not sells and (is_freed or sold_to(before) ~= owner_id)
  local is_own = is_held and owner == user and (sells or (h > 0 and hold_id == ARGV[9 + h]))
  if sells then
    sold[#sold + 1], unheld[#unheld + 1] = seat, seat
    sold_as[#sold_as + 1], sold_as[#sold_as + 2] = seat, state .. ':' .. owner_id
    if is_held and owner ~= user then broken[#broken + 1], broken[#broken + 2] = seat, hold_id end
  elseif skips then
    skipped[#skipped + 1] = seat
    if is_own then
      unheld[#unheld + 1] = seat
      table.insert(given_back[h], seat)
    end
  end
  if is_own and (sells or skips) then own_locks[#own_locks + 1], own_seats[#own_seats + 1] = KEYS[locks_at + i], seat end
  if h > 0 and (sells or (skips and is_own)) then
    struck[h][seat] = true
    if is_own then tables_struck[h][table_id] = true end
  end
  if string.match(marks[i] or '', '^(.*):%d+$') == booking_id then unmarked[#unmarked + 1] = seat end
end
if claimed_as then with_all('ZADD', KEYS[5], claims) end
with_all('HSET', KEYS[2], sold_as)
with_all('ZREM', KEYS[3], unheld)
with_all('ZREM', KEYS[7], own_seats)
with_all('HDEL', KEYS[4], unmarked)
if #own_locks > 0 then redis.call('DEL', unpack(own_locks)) end
for i = unmarked_at + 1, #ARGV do unmark(KEYS[4], ARGV[i], booking_id) end

local entries, append = feed_writer(KEYS[6], epoch, tag, now_ms)
if #sold > 0 then append(0, state, table.concat(sold, ','), 'user', user, 'owner', owner_id) end
for h = 1, hold_count do
  local record = redis.call('HMGET', KEYS[7 + h], 'user', 'seats', 'tables')
  if record[1] == user and next(struck[h]) then
    local seats = without(record[2], struck[h])
    if seats == '' then
      redis.call('DEL', KEYS[7 + h])
    else
      redis.call('HSET', KEYS[7 + h], 'seats', seats, 'tables', without(record[3], tables_struck[h]))
    end
  end
  local returned = table.concat(given_back[h], ',')
  if returned ~= '' then append(h, 'released', returned, 'user', user, 'hold', ARGV[9 + h]) end
end
for i = 1, table_count do
  local key = KEYS[locks_at + seat_count + i]
  local owner, hold_id, table_id = lock_parts(redis.call('GET', key))
  for h = 1, hold_count do
    if owner == user and hold_id == ARGV[9 + h] and tables_struck[h][table_id] then redis.call('DEL', key) end
  end
end
expire_with_last_seat(KEYS[7])
return {'finished', now_ms, table.concat(skipped, ','), broken, epoch, entries}
