#!lua
-- Withhold free seats from sale, all of them or none.
--
-- KEYS  1 event_epoch   2 sold_seats   3 held_seats   4 booking_marks   5 seat_changes
-- ARGV  1 block id   2 random tag of the feed entry   3.. 1 to 1,000 seat ids
-- Reply {'blocked', now_ms, seats newly blocked, epoch, {{stream id, previous offset, seats, 0}}}: no entry where this
--       block had them all
--       {'unavailable', now_ms, seat, 'held' | 'booked' | 'blocked', seat, ...}   {'cold', now_ms}
-- Clock the server's TIME. A seat is held while its score in held_seats is later. Lists are joined by commas.
-- See docs/data-model.md.
-- Shared: clock_ms, feed_end, feed_writer, mark_left_ms, sold_reason
local block_id, tag = ARGV[1], ARGV[2]
assert(#KEYS == 5, 'set_blocked: wrong number of KEYS')
assert(#ARGV >= 3 and #ARGV <= 1002, 'set_blocked: 1 to 1,000 seats')

local now_ms = clock_ms()
local epoch = redis.call('GET', KEYS[1])
if not epoch then return {'cold', now_ms} end
local sold = redis.call('HMGET', KEYS[2], unpack(ARGV, 3))
local scores = redis.call('ZMSCORE', KEYS[3], unpack(ARGV, 3))
local marks = redis.call('HMGET', KEYS[4], unpack(ARGV, 3))
local refused, blocked, blocked_as = {'unavailable', now_ms}, {}, 'blocked:' .. block_id
for i = 1, #ARGV - 2 do
  local seat, held = ARGV[i + 2], scores[i] and tonumber(scores[i]) > now_ms
  if sold[i] and sold[i] ~= blocked_as then
    refused[#refused + 1], refused[#refused + 2] = seat, sold_reason(sold[i])
  elseif not sold[i] and (held or mark_left_ms(marks[i], now_ms) > 0) then
    refused[#refused + 1], refused[#refused + 2] = seat, 'held'
  elseif not sold[i] then
    blocked[#blocked + 1] = seat
  end
end
if #refused > 2 then return refused end

local seats = table.concat(blocked, ',')
local entries, append = feed_writer(KEYS[5], epoch, tag, now_ms)
if seats == '' then return {'blocked', now_ms, seats, epoch, entries} end
for _, seat in ipairs(blocked) do redis.call('HSET', KEYS[2], seat, blocked_as) end
redis.call('ZREM', KEYS[3], unpack(blocked))
redis.call('HDEL', KEYS[4], unpack(blocked))
append(nil, 'blocked', seats, 'owner', block_id)
return {'blocked', now_ms, seats, epoch, entries}
