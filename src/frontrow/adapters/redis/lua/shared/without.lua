-- A list joined by commas without the ids that are keys of `dropped`.
local function without(listed, dropped)
  local kept = {}
  for id in string.gmatch(listed, '[^,]+') do
    if not dropped[id] then kept[#kept + 1] = id end
  end
  return table.concat(kept, ',')
end
