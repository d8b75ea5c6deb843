-- How long a booking's mark '<booking>:<deadline_ms>' still stands: 0 from its deadline on, and without a mark.
local function mark_left_ms(mark, now_ms)
  return mark and math.max(0, tonumber(string.match(mark, ':(%d+)$')) - now_ms) or 0
end
