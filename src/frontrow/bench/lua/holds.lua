-- 3-seat holds: users take turns, each through its own stretch of seats.
-- Arguments: the path, %d in it for the number of the event; how many events, each request goes to the next; how many seats
-- a user's stretch begins after the one before; how many holds it has; then one token a user.
dofile((debug.getinfo(1, "S").source:sub(2):gsub("[^/]*$", "")) .. "done.lua")

local SEATS_PER_HOLD = 3
local paths, stride, holds_per_user, headers, count = {}, nil, nil, {}, 0

function init(args)
  for event = 1, tonumber(args[2]) do paths[event] = args[1]:format(event - 1) end
  stride, holds_per_user = tonumber(args[3]), tonumber(args[4])
  for i = 5, #args do
    headers[i - 4] = {["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. args[i]}
  end
end

function request()
  local path, turn = paths[count % #paths + 1], math.floor(count / #paths)
  count = count + 1
  local user = turn % #headers
  local first = user * stride + math.floor(turn / #headers) % holds_per_user * SEATS_PER_HOLD
  local body = string.format('{"seatIds":["S%d","S%d","S%d"]}', first, first + 1, first + 2)
  return wrk.format("POST", path, headers[user + 1], body)
end
