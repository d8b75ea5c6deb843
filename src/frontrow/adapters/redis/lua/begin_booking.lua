#!lua
-- Mark every seat of a hold, or these seats across the user's holds, for a booking that is about to be written.
--
-- KEYS  1 event_epoch   2 sold_seats   3 held_seats   4 booking_marks   5 seat_changes   6 user_seats of the user
--       7.. hold, k of them   then seat_lock of each seat
-- ARGV  1 user, percent-encoded   2 booking id   3 guard, ms, >= 1   4 random tag of the feed entries
--       5 'hold': all that one hold lists; 'seats': by seats   6 k, holds, 1 to 50   7 n, seats, 0 to 500
--       8.. for each hold its id and the seats it was read to list ('' for 'seats')   then for each seat its id and the
--       number of its hold (1 to k), all seats of one hold together
-- Reply {'begun', now_ms, deadline_ms, tables the seats are held with, epoch, {{stream id, previous offset, seats,
--       deadline_ms, number of the hold}, ...}}: one entry a hold, for seats that would have run out before the deadline
--       {'running', now_ms, retry_after_ms}: an earlier begin of this very booking   {'busy', now_ms, retry_after_ms, seats}
--       {'not_complete', now_ms, seats}: listed, but no longer held by the hold
--       {'unavailable', now_ms, seat, 'held' | 'booked' | 'blocked', seat, ...}: sold all the same
--       {'changed', now_ms}: the list or a seat is not as read   {'not_found' | 'cold', now_ms}
-- Clock the server's TIME. A seat is held while its score in held_seats is later. Lists are joined by commas.
-- See docs/data-model.md.
-- Shared: clock_ms, expire_with_last_seat, feed_end, feed_writer, lock_parts, sold_reason, with_all
local user, booking_id, guard_ms, tag, by_hold = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5] == 'hold'
local hold_count, seat_count = tonumber(ARGV[6]), tonumber(ARGV[7])
assert(guard_ms and hold_count and seat_count, 'begin_booking: ARGV is not as documented')
assert(hold_count >= 1 and hold_count <= 50 and seat_count <= 500, 'begin_booking: 1 to 50 holds, at most 500 seats')
assert(#KEYS == 6 + hold_count + seat_count, 'begin_booking: wrong number of KEYS')
assert(#ARGV == 7 + 2 * hold_count + 2 * seat_count, 'begin_booking: wrong number of ARGV')
local seats_at, locks_at = 7 + 2 * hold_count, 6 + hold_count

local now_ms = clock_ms()
local ids, numbers = {}, {}
for i = 1, seat_count do ids[i], numbers[i] = ARGV[seats_at + 2 * i - 1], tonumber(ARGV[seats_at + 2 * i]) end
local locks = redis.call('MGET', KEYS[1], unpack(KEYS, locks_at + 1))
local epoch = table.remove(locks, 1)
if not epoch then return {'cold', now_ms} end
local record = redis.call('HMGET', KEYS[7], 'user', 'expires_at_ms', 'seats')
if by_hold and record[1] ~= user then return {'not_found', now_ms} end
if by_hold and record[3] ~= ARGV[9] then return {'changed', now_ms} end
local expiries, marks = with_all('ZMSCORE', KEYS[3], ids), with_all('HMGET', KEYS[4], ids)
local sold, hold_tables = with_all('HMGET', KEYS[2], ids), {}
for h = 1, hold_count do hold_tables[h] = ',' .. (redis.call('HGET', KEYS[6 + h], 'tables') or '') .. ',' end
local lost, busy, refused, tables, is_listed = {}, {}, {'unavailable', now_ms}, {}, {}
local wait_ms, is_running = 0, false
for i, seat in ipairs(ids) do
  local h, owner, hold_id, held_with = numbers[i], lock_parts(locks[i])
  local marked_by, deadline_ms = string.match(marks[i] or '', '^(.*):(%d+)$')
  if deadline_ms and tonumber(deadline_ms) > now_ms then
    busy[#busy + 1], wait_ms = seat, math.max(wait_ms, deadline_ms - now_ms)
    is_running = is_running or marked_by == booking_id
  end
  local is_held = owner == user and hold_id == ARGV[6 + 2 * h] and tonumber(expiries[i] or 0) > now_ms
  if not is_held then lost[#lost + 1] = seat end
  if sold[i] then refused[#refused + 1], refused[#refused + 2] = seat, sold_reason(sold[i]) end
  local table_id = is_held and held_with or ''
  if table_id ~= '' and not is_listed[table_id] and string.find(hold_tables[h], ',' .. table_id .. ',', 1, true) then
    is_listed[table_id], tables[#tables + 1] = true, table_id
  end
end
if by_hold and #lost == seat_count and tonumber(record[2]) <= now_ms then return {'not_found', now_ms} end
if #lost > 0 and not by_hold then return {'changed', now_ms} end
if is_running then return {'running', now_ms, wait_ms} end
if #lost > 0 then return {'not_complete', now_ms, table.concat(lost, ',')} end
if #refused > 2 then return refused end
if #busy > 0 then return {'busy', now_ms, wait_ms, table.concat(busy, ',')} end

local deadline_ms, written, scores, pushed = now_ms + guard_ms, {}, {}, {}
for h = 1, hold_count do pushed[h] = {} end
for i, seat in ipairs(ids) do
  written[2 * i - 1], written[2 * i] = seat, booking_id .. ':' .. deadline_ms
  if tonumber(expiries[i]) < deadline_ms then
    redis.call('PEXPIREAT', KEYS[locks_at + i], deadline_ms)
    scores[#scores + 1], scores[#scores + 2] = deadline_ms, seat
    table.insert(pushed[numbers[i]], seat)
  end
end
with_all('HSET', KEYS[4], written)
with_all('ZADD', KEYS[3], scores)
with_all('ZADD', KEYS[6], scores)
local entries, append = feed_writer(KEYS[5], epoch, tag, now_ms)
for h = 1, hold_count do
  redis.call('PEXPIREAT', KEYS[6 + h], deadline_ms, 'GT')
  local named = table.concat(pushed[h], ',')
  if named ~= '' then append(h, 'expiry_changed', named, 'expires', deadline_ms, 'user', user, 'hold', ARGV[6 + 2 * h]) end
end
expire_with_last_seat(KEYS[6])
return {'begun', now_ms, deadline_ms, table.concat(tables, ','), epoch, entries}
