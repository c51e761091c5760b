-- Takes tokens out of the buckets of quotas that limit a rate.
--
-- KEYS[1] the quota's mark (quota.lua); from [2] on for each value: the microsecond in which its
--     bucket is full again, as the generic cell rate algorithm keeps it
-- ARGV[1] the replica (not needed here), [2] ms of grace; then for each value: microseconds from
--     token to token, microseconds that fill an empty bucket, tokens that come back, tokens wanted
-- Returns {ms of grace, then for each value: tokens, and microseconds until there is another}

local left = grace(tonumber(ARGV[2]))
local answer = { left }
for i = 2, #KEYS do
  local interval = tonumber(ARGV[4 * i - 5])
  local bucket = tonumber(ARGV[4 * i - 4])
  local back = tonumber(ARGV[4 * i - 3])
  local want = tonumber(ARGV[4 * i - 2])
  local full = tonumber(redis.call('GET', KEYS[i]) or '0') - back * interval
  full = math.max(full, nowMicros)
  local tokens = 0
  if left == 0 then
    tokens = math.min(want, math.floor((bucket - (full - nowMicros)) / interval))
    tokens = math.max(0, tokens)
  end
  full = full + tokens * interval
  if full > nowMicros then
    local ms = math.ceil((full - nowMicros) / 1000)
    redis.call('SET', KEYS[i], string.format('%.0f', math.ceil(full)), 'PX', string.format('%.0f', ms))
  else
    redis.call('DEL', KEYS[i])
  end
  answer[#answer + 1] = tokens
  answer[#answer + 1] = math.max(left * 1000, full + interval - bucket - nowMicros, 0)
end
return answer
