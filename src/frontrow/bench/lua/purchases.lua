-- Whole purchases: a 3-seat hold by a user, and the hold's booking by whoever may sell to that user; every seat once, until
-- none is left. For one thread, as what is held is booked by whichever connection is free next.
-- Arguments: the event's id; its seats; how many holds are granted before the first is booked; the seller's token; then a
-- token and a user id for each user.
dofile((debug.getinfo(1, "S").source:sub(2):gsub("[^/]*$", "")) .. "done.lua")

local SEATS_PER_HOLD = 3
local CONTACT = '"contactInfo":{"name":"Bench","email":"bench@example.invalid"}'
local event, seats, held_first, seller, holders, users = nil, 0, 0, nil, {}, {}
local next_seat, held, held_count, booked_count = 0, {}, 0, 0
counted = {booked = 0, sale_us = 0}

-- The clock of the first request and of the latest booking: a run lasts as long as it was asked to, even when sold out.
local ffi, began_us = require("ffi"), nil
ffi.cdef("typedef struct {long seconds; int microseconds; int rest;} instant; int gettimeofday(instant *, void *);")
local instant = ffi.new("instant[1]")

local function now_us()
  ffi.C.gettimeofday(instant, nil)
  return tonumber(instant[0].seconds) * 1000000 + instant[0].microseconds
end

local function json_by(token)
  return {["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. token}
end

function init(args)
  event, seats, held_first, seller = args[1], tonumber(args[2]), tonumber(args[3]), json_by(args[4])
  for i = 5, #args, 2 do
    holders[#holders + 1], users[#users + 1] = json_by(args[i]), args[i + 1]
  end
end

local function user_of(first) return first / SEATS_PER_HOLD % #users + 1 end

local function named(first) return string.format('"seatIds":["S%d","S%d","S%d"]', first, first + 1, first + 2) end

local function booking_of(hold)
  local body = string.format('{"eventId":"%s","userId":"%s",%s,"holdId":"%s"}', event, users[user_of(hold.first)], CONTACT, hold.id)
  return wrk.format("POST", "/api/v1/bookings", seller, body)
end

function request()
  began_us = began_us or now_us()
  local is_sold_out = next_seat + SEATS_PER_HOLD > seats
  if booked_count < held_count and (held_count >= held_first or is_sold_out) then
    booked_count = booked_count + 1
    return booking_of(held[booked_count])
  end
  if is_sold_out then
    wrk.thread:stop()
    return wrk.format("GET", "/health/live")
  end
  local first = next_seat
  next_seat = first + SEATS_PER_HOLD
  return wrk.format("POST", "/api/v1/events/" .. event .. "/holds", holders[user_of(first)], "{" .. named(first) .. "}")
end

function response(status, _, body)
  if status ~= 201 then return end
  if body:find('"bookingId"', 1, true) then
    counted.booked, counted.sale_us = counted.booked + 1, now_us() - began_us
  else
    held_count = held_count + 1
    held[held_count] = {first = tonumber(body:match('"seatIds":%["S(%d+)"')), id = body:match('"holdId":"([^"]+)"')}
  end
end
