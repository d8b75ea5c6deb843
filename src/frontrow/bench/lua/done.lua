-- What a run of wrk comes to, for load_generator.py: the last line is JSON. Loaded by the scripts beside it; by itself it
-- is a load of plain requests. Times are microseconds. A script that counts something puts it into `counted`.
local PERCENTS = {1, 5, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 93, 95, 97, 98, 99, 99.5, 99.9, 99.99}
local threads = {}
counted = {}

function setup(thread) threads[#threads + 1] = thread end

local function all_counted()
  local sums, parts = {}, {}
  for _, thread in ipairs(threads) do
    for name, count in pairs(thread:get("counted")) do sums[name] = (sums[name] or 0) + count end
  end
  for name, sum in pairs(sums) do parts[#parts + 1] = string.format('"%s":%d', name, sum) end
  return table.concat(parts, ",")
end

function done(summary, latency)
  local times, errors = {}, summary.errors
  for i, percent in ipairs(PERCENTS) do times[i] = string.format("[%g,%d]", percent, latency:percentile(percent)) end
  print(string.format(
    '{"requests":%d,"duration_us":%d,"refused":%d,"lost":%d,"counted":{%s},"latency_us":[%s],"longest_us":%d}',
    summary.requests, summary.duration, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    all_counted(), table.concat(times, ","), latency.max
  ))
end
