#!lua
-- Hold every seat asked for, for one user, or none of them.
--
-- KEYS  1 event_epoch   2 sold_seats   3 held_seats   4 booking_marks   5 seat_changes
--       6 user_seats of the user   7 hold   8.. seat_lock of each seat   then table_lock of each table
--       last, only with a fingerprint: hold_answer
-- ARGV  1 user, percent-encoded   2 hold id   3 ttl, ms, >= 1   4 lifetime cap, ms after a seat's first lock
--       5 seats the user may hold at once, 0 without a cap   6 '1' adds to the user's live hold, '0' makes a new one
--       7 fingerprint of the request, '' without an idempotency key   8 random tag of the feed entry
--       9 n, seats, 1 to 50   10 m, tables, 0 to n   11 c, orphan checks, 0 to 100   12.. n seat ids
--       then for each check a seat beside wanted ones and the seat beyond it, '' where the row ends or that is wanted
--       then for each check the numbers (1 to n) of the wanted seats beside it, one twice where it is the only one
--       then m table ids   then, only where m > 0: for each seat the table it is held with, or ''
-- Reply {'acquired', now_ms, expires_at_ms, seats, tables, epoch, previous offset, stream id}: when these seats run out,
--       the hold's whole list, and the entry about these seats
--       {'replayed', now_ms, expires_at_ms, seats, tables}: the hold was there under this id, with these seats
--       {'answered', now_ms, hold id}: the idempotency key made that hold; whether it lives is the caller's to read
--       {'unavailable', now_ms, seat, 'held' | 'booked' | 'blocked', seat, ...}   {'busy', now_ms, retry_after_ms, seats}
--       {'limit', now_ms, seats held now, seats allowed}
--       {'orphans', now_ms, seats}: those checked that would be free with nothing free beside them, and were not before
--       {'not_found' | 'key_reused' | 'cold', now_ms}
-- Clock the server's TIME. A seat is held while its score in held_seats is later. Lists are joined by commas.
-- See docs/data-model.md.
-- Shared: clock_ms, expire_with_last_seat, feed_end, feed_writer, lock_parts, mark_left_ms, sold_reason
local user, hold_id, fingerprint, tag = ARGV[1], ARGV[2], ARGV[7], ARGV[8]
local ttl_ms, lifetime_max_ms, seats_max = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local adds, seat_count, table_count, check_count = ARGV[6] == '1', tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])
assert(ttl_ms and lifetime_max_ms and seats_max, 'acquire_hold: ARGV is not as documented')
assert(seat_count and table_count and check_count, 'acquire_hold: ARGV is not as documented')
assert(seat_count >= 1 and seat_count <= 50 and table_count <= seat_count, 'acquire_hold: 1 to 50 seats')
assert(check_count >= 0 and check_count <= 100, 'acquire_hold: at most 100 orphan checks')
local seats_end, checks_end = 11 + seat_count, 11 + seat_count + 2 * check_count
local tables_at = checks_end + 2 * check_count
local tables_end = tables_at + table_count
assert(#KEYS == 7 + seat_count + table_count + (fingerprint ~= '' and 1 or 0), 'acquire_hold: wrong number of KEYS')
assert(#ARGV == tables_end + (table_count > 0 and seat_count or 0), 'acquire_hold: wrong number of ARGV')
local HOLD_SEATS_MAX, DAY_MS = 500, 86400000

local now_ms = clock_ms()
local epoch = redis.call('GET', KEYS[1])
if not epoch then return {'cold', now_ms} end
if fingerprint ~= '' then
  local answer = redis.call('HMGET', KEYS[#KEYS], 'fingerprint', 'hold')
  if answer[1] then return answer[1] == fingerprint and {'answered', now_ms, answer[2]} or {'key_reused', now_ms} end
end
local record = redis.call('HMGET', KEYS[7], 'user', 'expires_at_ms', 'seats', 'tables', 'first_locked_at_ms')
local lives = record[1] == user and tonumber(record[2]) > now_ms
local is_kept = record[1] and redis.call('PEXPIRETIME', KEYS[7]) > now_ms
if (adds or is_kept) and not lives then return {'not_found', now_ms} end
if lives and not adds then return {'replayed', now_ms, tonumber(record[2]), record[3], record[4]} end

-- The seats wanted, and after them those of the checks: reading them along costs no further command.
local sold = redis.call('HMGET', KEYS[2], unpack(ARGV, 12, checks_end))
local scores = redis.call('ZMSCORE', KEYS[3], unpack(ARGV, 12, checks_end))
local marks = redis.call('HMGET', KEYS[4], unpack(ARGV, 12, checks_end))
local locks = redis.call('MGET', unpack(KEYS, 8, 7 + seat_count))
local function is_held(i) return scores[i] and tonumber(scores[i]) > now_ms end
local refused, busy, dead_marks, is_own, locked_at_ms = {'unavailable', now_ms}, {}, {}, {}, {}
local retry_after_ms, new_count, first_locked_at_ms = 0, 0, now_ms
for i = 1, seat_count do
  local seat, held, left_ms = ARGV[11 + i], is_held(i), mark_left_ms(marks[i], now_ms)
  local owner, _, _, at_ms = lock_parts(held and locks[i])
  if sold[i] then
    refused[#refused + 1], refused[#refused + 2] = seat, sold_reason(sold[i])
  elseif owner ~= user and (held or left_ms > 0) then
    refused[#refused + 1], refused[#refused + 2] = seat, 'held'
  elseif left_ms > 0 then
    busy[#busy + 1], retry_after_ms = seat, math.max(retry_after_ms, left_ms)
  elseif marks[i] then
    dead_marks[#dead_marks + 1] = seat
  end
  is_own[i], locked_at_ms[i] = owner == user, owner == user and at_ms or now_ms
  if not is_own[i] then new_count = new_count + 1 end
  first_locked_at_ms = math.min(first_locked_at_ms, locked_at_ms[i])
end
if #refused > 2 then return refused end
if #busy > 0 then return {'busy', now_ms, retry_after_ms, table.concat(busy, ',')} end
local held_count = redis.call('ZCOUNT', KEYS[6], '(' .. now_ms, '+inf')
if seats_max > 0 and held_count + new_count > seats_max then return {'limit', now_ms, held_count, seats_max} end

local named = table.concat(ARGV, ',', 12, seats_end)
local seats, tables = named, table.concat(ARGV, ',', tables_at + 1, tables_end)
local expires_at_ms = math.min(now_ms + ttl_ms, first_locked_at_ms + lifetime_max_ms)
if adds then
  local function with_listed(listed, first, last)
    for i = first, last do
      if not string.find(',' .. listed .. ',', ',' .. ARGV[i] .. ',', 1, true) then
        listed = listed == '' and ARGV[i] or listed .. ',' .. ARGV[i]
      end
    end
    return listed
  end
  seats, tables = with_listed(record[3], 12, seats_end), with_listed(record[4], tables_at + 1, tables_end)
  local _, commas = string.gsub(seats, ',', '')
  if commas >= HOLD_SEATS_MAX then return {'limit', now_ms, held_count, HOLD_SEATS_MAX} end
  expires_at_ms = math.min(tonumber(record[2]), first_locked_at_ms + lifetime_max_ms)
end

if check_count > 0 then
  local orphans, is_wanted = {}, {}
  for i = 12, seats_end do is_wanted[ARGV[i]] = true end
  local function stays_free(i)
    local seat = ARGV[11 + i]
    return seat ~= '' and not (is_wanted[seat] or sold[i] or is_held(i) or mark_left_ms(marks[i], now_ms) > 0)
  end
  for c = 1, check_count do
    local i, left, right = seat_count + 2 * c - 1, tonumber(ARGV[checks_end + 2 * c - 1]), tonumber(ARGV[checks_end + 2 * c])
    local is_left_alone = stays_free(i) and not stays_free(i + 1)
    if is_left_alone and not (is_own[left] and is_own[right]) then orphans[#orphans + 1] = ARGV[11 + i] end
  end
  if #orphans > 0 then return {'orphans', now_ms, table.concat(orphans, ',')} end
end

local scored, owned = {}, user .. ':' .. hold_id .. ':'
for i = 1, seat_count do
  local held_with = table_count > 0 and ARGV[tables_end + i] or ''
  local suffix = held_with ~= '' and ':table:' .. held_with or ''
  redis.call('SET', KEYS[7 + i], owned .. locked_at_ms[i] .. suffix, 'PXAT', expires_at_ms)
  scored[2 * i - 1], scored[2 * i] = expires_at_ms, ARGV[11 + i]
end
for i = 1, table_count do
  local value = owned .. first_locked_at_ms .. ':table:' .. ARGV[tables_at + i]
  redis.call('SET', KEYS[7 + seat_count + i], value, 'PXAT', expires_at_ms)
end
redis.call('ZADD', KEYS[3], unpack(scored))
redis.call('ZREMRANGEBYSCORE', KEYS[6], '-inf', now_ms)
redis.call('ZADD', KEYS[6], unpack(scored))
expire_with_last_seat(KEYS[6])
if #dead_marks > 0 then redis.call('HDEL', KEYS[4], unpack(dead_marks)) end
if adds then
  first_locked_at_ms = math.min(first_locked_at_ms, tonumber(record[5]))
  redis.call('HSET', KEYS[7], 'seats', seats, 'tables', tables, 'first_locked_at_ms', first_locked_at_ms)
else
  redis.call('HSET', KEYS[7], 'user', user, 'seats', seats, 'tables', tables,
    'first_locked_at_ms', first_locked_at_ms, 'expires_at_ms', expires_at_ms)
  redis.call('PEXPIREAT', KEYS[7], expires_at_ms)
end
if fingerprint ~= '' then
  redis.call('HSET', KEYS[#KEYS], 'fingerprint', fingerprint, 'hold', hold_id, 'seats', seats, 'tables', tables,
    'expires_at_ms', expires_at_ms)
  redis.call('PEXPIREAT', KEYS[#KEYS], first_locked_at_ms + lifetime_max_ms + DAY_MS)
end
local entries, append = feed_writer(KEYS[5], epoch, tag, now_ms)
append(nil, 'held', named, 'expires', expires_at_ms, 'user', user, 'hold', hold_id)
return {'acquired', now_ms, expires_at_ms, seats, tables, epoch, entries[1][2], entries[1][1]}
