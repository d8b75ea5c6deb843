-- Why a seat sold as '<state>:<owner>' can't be had: 'booked', 'blocked', or 'held' for an order's claim.
local function sold_reason(sold_as)
  local state = string.match(sold_as, '^%a+')
  return state == 'claimed' and 'held' or state
end
