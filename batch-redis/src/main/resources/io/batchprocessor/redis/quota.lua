-- Common to the scripts of quotas. KEYS[1] is the quota's mark: the ms in which its grace ends.
--
-- A Redis that lost its data, because it was started anew and keeps none, does not know what
-- replicas hold. Until every lease from before has run out it gives out nothing new, and replicas
-- that still hold something say so again. It shows in a mark that is not there while the server is
-- younger than a lease.

local time = redis.call('TIME')
local nowMicros = tonumber(time[1]) * 1000000 + tonumber(time[2])
local now = math.floor(nowMicros / 1000)
local REMEMBER = 3600000

local function grace(lease)
  local mark = redis.call('GET', KEYS[1])
  if mark then
    redis.call('PEXPIRE', KEYS[1], REMEMBER + lease)
    return math.max(0, tonumber(mark) - now)
  end
  local left = 0
  -- Whoever may not ask for INFO has no grace.
  local info = redis.pcall('INFO', 'server')
  if type(info) == 'string' then
    local uptime = tonumber(string.match(info, 'uptime_in_seconds:(%d+)') or '0')
    left = math.max(0, lease - uptime * 1000)
  end
  redis.call('SET', KEYS[1], string.format('%.0f', now + left), 'PX', REMEMBER + lease)
  return left
end
