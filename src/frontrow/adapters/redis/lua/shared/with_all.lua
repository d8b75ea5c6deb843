-- A command on a key and many members at once, 8,000 words at most; an empty list where there are none.
local function with_all(command, key, members)
  return #members > 0 and redis.call(command, key, unpack(members)) or {}
end
