#!lua flags=allow-oom
-- Remove the keys of an event that have no lifetime of their own; locks and holds run out by themselves.
--
-- KEYS  1 event_epoch   2 sold_seats   3 held_seats   4 booking_marks   5 freed_seats   6 seat_changes   7 event_warming
-- ARGV  none
-- Reply {'retired', now_ms, keys removed}
-- Clock the server's TIME. See docs/data-model.md.
-- Shared: clock_ms
assert(#KEYS == 7 and #ARGV == 0, 'retire_event: wrong number of KEYS or ARGV')
local now_ms = clock_ms()
return {'retired', now_ms, redis.call('UNLINK', unpack(KEYS))}
