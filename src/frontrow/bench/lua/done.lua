-- What a run of wrk comes to, for load_generator.py: the last line is JSON. Loaded by the scripts beside it; by itself it
-- is a load of plain requests. Times are microseconds. A script that counts more puts it into `counted`.
local PERCENTS = {1, 5, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 93, 95, 97, 98, 99, 99.5, 99.9, 99.99}
local threads = {}
statuses, counted = {}, {}

function setup(thread) threads[#threads + 1] = thread end

function response(status)
  local name = tostring(status)
  statuses[name] = (statuses[name] or 0) + 1
end

local function summed(name)
  local sums, parts = {}, {}
  for _, thread in ipairs(threads) do
    for key, value in pairs(thread:get(name)) do sums[key] = (sums[key] or 0) + value end
  end
  for key, value in pairs(sums) do parts[#parts + 1] = string.format('"%s":%d', key, value) end
  return "{" .. table.concat(parts, ",") .. "}"
end

function done(summary, latency)
  local times = {}
  for i, percent in ipairs(PERCENTS) do times[i] = string.format('[%g,%d]', percent, latency:percentile(percent)) end
  local errors = summary.errors
  print(string.format(
    '{"requests":%d,"duration_us":%d,"lost":%d,"answers":%s,"counted":%s,"latency_us":[%s],"longest_us":%d}',
    summary.requests, summary.duration, errors.connect + errors.read + errors.write + errors.timeout,
    summed("statuses"), summed("counted"), table.concat(times, ","), latency.max
  ))
end
