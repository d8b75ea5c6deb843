-- The load of the HTTP scenario, for wrk: POST 3-seat holds as 64 users in turn, each through its own stretch of seats.
-- Arguments: the path, then one token a user. See hold_script.py.
local path, tokens, count, statuses = nil, {}, 0, {}
local SEATS_PER_HOLD, HOLDS_PER_USER = 3, 16

function init(args)
  path = args[1]
  for i = 2, #args do tokens[i - 1] = args[i] end
end

function request()
  local user, turn = count % #tokens, math.floor(count / #tokens)
  count = count + 1
  local first = user * SEATS_PER_HOLD * HOLDS_PER_USER + turn % HOLDS_PER_USER * SEATS_PER_HOLD
  local body = string.format('{"seatIds":["S%d","S%d","S%d"]}', first, first + 1, first + 2)
  local headers = {["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. tokens[user + 1]}
  return wrk.format("POST", path, headers, body)
end
