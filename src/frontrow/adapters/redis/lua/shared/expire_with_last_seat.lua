-- Let a user's cap set run out with the last of its seats.
local function expire_with_last_seat(user_seats_key)
  local last_ms = redis.call('ZRANGE', user_seats_key, -1, -1, 'WITHSCORES')[2]
  if last_ms then redis.call('PEXPIREAT', user_seats_key, last_ms) end
end
