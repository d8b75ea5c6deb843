-- The booking, order or block that has a seat sold as '<state>:<owner>'; nothing for a seat that is not sold.
local function sold_to(sold_as)
  return string.match(sold_as or '', '^%a+:(.*)$')
end
