-- Whole purchases: a 3-seat hold by a user, and its booking by whoever may sell to that user; every seat once, until none
-- is left. For one thread, as what is held is booked by whichever connection is free next.
-- Arguments: the event's id; its seats; the seller's token; then a token and a user id for each user.
dofile((debug.getinfo(1, "S").source:sub(2):gsub("[^/]*$", "")) .. "done.lua")

local SEATS_PER_HOLD, HOLDING = 3, "hold"
local event, seats, seller, holders, users, next_seat = nil, 0, nil, {}, {}, 0
local held, booked_until = {}, 1
counted = {booked = 0}

local function json_by(token)
  return {["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. token}
end

local function named(first) return string.format('"seatIds":["S%d","S%d","S%d"]', first, first + 1, first + 2) end

function init(args)
  event, seats, seller = args[1], tonumber(args[2]), json_by(args[3])
  for i = 4, #args, 2 do
    holders[#holders + 1], users[#users + 1] = json_by(args[i]), args[i + 1]
  end
end

local function user_of(first) return first / SEATS_PER_HOLD % #users + 1 end

function request()
  local first = held[booked_until]
  if first then
    held[booked_until] = nil
    booked_until = booked_until + 1
    local contact = '"contactInfo":{"name":"Bench","email":"bench@example.invalid"}'
    local body = string.format('{"eventId":"%s","userId":"%s",%s,%s}', event, users[user_of(first)], contact, named(first))
    return wrk.format("POST", "/api/v1/bookings", seller, body)
  end
  first = next_seat
  if first + SEATS_PER_HOLD > seats then
    wrk.thread:stop()
    return wrk.format("GET", "/health/live")
  end
  next_seat = first + SEATS_PER_HOLD
  return wrk.format("POST", "/api/v1/events/" .. event .. "/holds", holders[user_of(first)], "{" .. named(first) .. "}")
end

function response(status, headers, body)
  if status ~= 201 then return end
  if body:find('"bookingId"', 1, true) then
    counted.booked = counted.booked + 1
  else
    held[#held + 1] = tonumber(body:match('"seatIds":%["S(%d+)"'))
  end
end
