#!lua
-- Add what a process has counted, and answer what all processes have counted together.
--
-- KEYS  1.. in pairs: call_count of this minute, call_count of the minute before; 1 to 128 pairs
-- ARGV  1 ttl_ms: integer, the lifetime of a counter that is made here   2.. what to add to each pair's first, 1 or more
-- Reply {'counted', this_minute, minute_before, this_minute, ...} in the order of KEYS
--
-- Clock none: which minute it is stands in the key. See docs/data-model.md.
assert(#KEYS >= 2 and #KEYS <= 256 and #KEYS % 2 == 0, 'count_calls: wrong number of KEYS')
assert(#ARGV == 1 + #KEYS / 2, 'count_calls: wrong number of ARGV')
local ttl_ms, reply = tonumber(ARGV[1]), {'counted'}
for i = 1, #KEYS, 2 do
  local amount = tonumber(ARGV[1 + (i + 1) / 2])
  local total = redis.call('INCRBY', KEYS[i], amount)
  if total == amount then redis.call('PEXPIRE', KEYS[i], ttl_ms) end
  reply[i + 1] = total
  reply[i + 2] = tonumber(redis.call('GET', KEYS[i + 1])) or 0
end
return reply
