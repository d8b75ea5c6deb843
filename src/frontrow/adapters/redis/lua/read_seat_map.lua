#!lua flags=no-writes
-- Read every seat that is not available, and the feed's position that this is the state at.
--
-- KEYS  1 event_epoch   2 held_seats   3 sold_seats   4 seat_changes
-- ARGV  none
-- Reply {'map', now_ms, epoch, offset, {seat, expires_at_ms as text, ...}, {seat, '<state>:<owner>', ...}}
--       {'cold', now_ms}
-- Seats whose hold ran out are listed until the sweep has told the feed: the map is what the feed says at `offset`.
-- Work: every held and sold seat once, so at most twice the venue. Clock the server's TIME. See docs/data-model.md.
-- Shared: clock_ms, feed_end
assert(#KEYS == 4 and #ARGV == 0, 'read_seat_map: wrong number of KEYS or ARGV')
local now_ms = clock_ms()
local epoch = redis.call('GET', KEYS[1])
if not epoch then return {'cold', now_ms} end
local held = redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES')
return {'map', now_ms, epoch, feed_end(KEYS[4]), held, redis.call('HGETALL', KEYS[3])}
