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
local booking_id, user, tag, hold_count, seat_count = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
assert(hold_count and seat_count, 'abort_booking: ARGV is not as documented')
assert(hold_count >= 1 and hold_count <= 50 and seat_count >= 1 and seat_count <= 500, 'abort_booking: 1 to 50 holds, 1 to 500 seats')
assert(#KEYS == 5 + hold_count + seat_count, 'abort_booking: wrong number of KEYS')
assert(#ARGV == 5 + hold_count + 2 * seat_count, 'abort_booking: wrong number of ARGV')
local seats_at, locks_at = 5 + hold_count, 5 + hold_count

local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local epoch = redis.call('GET', KEYS[1]) or ''
local unmarked, freed, restored, expiries = {}, {}, {}, {}
for h = 1, hold_count do
  local record = redis.call('HMGET', KEYS[5 + h], 'user', 'expires_at_ms')
  restored[h], expiries[h] = {}, record[1] == user and tonumber(record[2])
end
for i = 1, seat_count do
  local seat, h, lock_key = ARGV[seats_at + 2 * i - 1], tonumber(ARGV[seats_at + 2 * i]), KEYS[locks_at + i]
  if string.match(redis.call('HGET', KEYS[3], seat) or '', '^(.*):%d+$') == booking_id then
    redis.call('HDEL', KEYS[3], seat)
    unmarked[#unmarked + 1] = seat
    local owner, hold_id = string.match(redis.call('GET', lock_key) or '', '^([^:]*):([^:]*):')
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

local entries, last = {}, redis.call('XREVRANGE', KEYS[4], '+', '-', 'COUNT', 1)[1]
local previous = last and last[1] .. '-' .. last[2][6] or ''
local function append(h, kind, seats, ...)
  if #seats == 0 then return end
  local named = table.concat(seats, ',')
  local stream_id = redis.call('XADD', KEYS[4], 'MAXLEN', '~', 10000, '*', 'epoch', epoch, 'prev', previous, 'tag', tag,
    'at', now_ms, 'kind', kind, 'seats', named, ...)
  entries[#entries + 1] = {stream_id, previous, named, expiries[h] or 0, h}
  previous = stream_id .. '-' .. tag
end
for h = 1, hold_count do
  append(h, 'expiry_changed', restored[h], 'expires', expiries[h], 'user', user, 'hold', ARGV[5 + h])
  -- Another booking may have marked other seats of this hold: its record must outlive them.
  local last_ms = expiries[h] or 0
  for seat in string.gmatch(redis.call('HGET', KEYS[5 + h], 'seats') or '', '[^,]+') do
    last_ms = math.max(last_ms, tonumber(redis.call('ZSCORE', KEYS[2], seat) or 0))
  end
  if expiries[h] then redis.call('PEXPIREAT', KEYS[5 + h], last_ms, 'LT') end
end
append(0, 'expired', freed)
local last_expiry = redis.call('ZRANGE', KEYS[5], -1, -1, 'WITHSCORES')[2]
if last_expiry then redis.call('PEXPIREAT', KEYS[5], last_expiry) end
return {'aborted', now_ms, table.concat(unmarked, ','), epoch, entries}
