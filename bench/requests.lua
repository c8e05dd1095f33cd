-- wrk: goes through the requests of a plan (see bench/drive.py), each with a fresh Idempotency-Key.
local requests, tokens, run, sent = {}, {}, "", 0

function init(args)
  run = args[2]
  local first = true
  for line in io.lines(args[1]) do
    if first then
      for token in line:gmatch('"([^"]+)"') do tokens[#tokens + 1] = "Bearer " .. token end
      first = false
    else
      local method, path, body = line:match("^(%S+) (%S+) ?(.*)$")
      requests[#requests + 1] = { method, path, body }
    end
  end
end

function request()
  sent = sent + 1
  local planned = requests[(sent - 1) % #requests + 1]
  local headers = { ["Authorization"] = tokens[(sent - 1) % #tokens + 1] }
  if planned[1] == "GET" then return wrk.format("GET", planned[2], headers) end
  headers["Content-Type"] = "application/json"
  headers["Idempotency-Key"] = run .. "-" .. sent
  return wrk.format(planned[1], planned[2], headers, planned[3])
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format('{"requests": %d, "seconds": %f, "p50_us": %f, "p95_us": %f, "failed": %d}\n', summary.requests,
    summary.duration / 1e6, latency:percentile(50), latency:percentile(95), e.connect + e.read + e.write + e.status + e.timeout))
end
