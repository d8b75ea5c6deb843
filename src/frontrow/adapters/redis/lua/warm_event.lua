#!lua
-- Load the ledger's live seats into a cold event, in chunks under a token, and start a new epoch at the end.
--
-- The token goes with everything else when the store is emptied: what was loaded before is then never taken for all.
-- A process that finds another's token works under it too, so loading twice at once is harmless.
--
-- KEYS  1 event_epoch   2 sold_seats   3 freed_seats   4 seat_changes   5 event_warming
-- ARGV  1 'start' | 'load' | 'end'   2 token: a new one to start with, else the one that 'start' answered
--       3 'end': the new random epoch, else ''   4 'end': random tag of the feed entry, else ''
--       5.. 'load': up to 500 times seat id and '<state>:<owner>'
-- Reply {'started', now_ms, token}   {'loaded', now_ms, seats set}   {'warmed', now_ms, epoch, previous offset, stream id}
--       {'warm', now_ms}: the epoch is there, nothing to do   {'lost', now_ms}: the token is gone, start again
-- Clock the server's TIME. The token lives 60 s past its last use. Lists are joined by commas. See docs/data-model.md.
-- Shared: clock_ms, feed_end, feed_writer, sold_to
local step, token, epoch, tag = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
assert(#KEYS == 5, 'warm_event: wrong number of KEYS')
assert(step == 'start' or step == 'load' or step == 'end', 'warm_event: unknown step')
assert(#ARGV >= 4 and #ARGV <= 1004 and #ARGV % 2 == 0, 'warm_event: 4 ARGV and up to 500 pairs')
local TOKEN_MS, DAY_MS = 60000, 86400000

local now_ms = clock_ms()
if redis.call('EXISTS', KEYS[1]) == 1 then return {'warm', now_ms} end
local standing = redis.call('GET', KEYS[5])
if step == 'start' then
  redis.call('SET', KEYS[5], standing or token, 'PXAT', now_ms + TOKEN_MS)
  return {'started', now_ms, standing or token}
end
if standing ~= token then return {'lost', now_ms} end
if step == 'load' then
  local set = {}
  for i = 5, #ARGV, 2 do
    local seat, sold_as = ARGV[i], ARGV[i + 1]
    local freed_at_ms = redis.call('ZSCORE', KEYS[3], sold_to(sold_as) .. '/' .. seat)
    local is_freed = freed_at_ms and tonumber(freed_at_ms) > now_ms - DAY_MS
    if not is_freed and redis.call('HSETNX', KEYS[2], seat, sold_as) == 1 then set[#set + 1] = seat end
  end
  redis.call('PEXPIREAT', KEYS[5], now_ms + TOKEN_MS)
  return {'loaded', now_ms, table.concat(set, ',')}
end
assert(epoch ~= '' and tag ~= '', 'warm_event: an epoch and a tag to end with')
redis.call('SET', KEYS[1], epoch)
redis.call('DEL', KEYS[5])
local entries, append = feed_writer(KEYS[4], epoch, tag, now_ms)
append(nil, 'warmed', '')
return {'warmed', now_ms, epoch, entries[1][2], entries[1][1]}
