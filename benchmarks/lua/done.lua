-- What a run of wrk comes to, for load_generator.py: one line of requests, microseconds, p50 and p99 in microseconds, and
-- answers with a status of 400 or more. Loaded by the scripts beside it; by itself it is a load of plain requests.
function done(summary, latency, _)
  local p50_us, p99_us = latency:percentile(50), latency:percentile(99)
  print(string.format("measured %d %d %d %d %d", summary.requests, summary.duration, p50_us, p99_us, summary.errors.status))
end
