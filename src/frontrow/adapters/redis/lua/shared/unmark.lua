-- Take a seat's mark away if it is this booking's; whether it was.
local function unmark(marks_key, seat, booking_id)
  local marked_by = string.match(redis.call('HGET', marks_key, seat) or '', '^(.*):%d+$')
  return marked_by == booking_id and redis.call('HDEL', marks_key, seat) == 1
end
