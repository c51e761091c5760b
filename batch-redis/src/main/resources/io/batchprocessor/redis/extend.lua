-- Starts leases anew.
--
-- KEYS as in settle.lua
-- ARGV[1] group, [2] consumer, [3] the lease in ms; from [4] on kind, base and receipt of each
-- Returns the positions of the deliveries that were lost, the first being 1.

local lost = {}
local leaseEnd = string.format('%.0f', nowMicros() / 1000 + tonumber(ARGV[3]))
for at = 4, #ARGV, 3 do
  local kind, base, receipt = ARGV[at], tonumber(ARGV[at + 1]), ARGV[at + 2]
  if not held(kind, base, receipt) then
    lost[#lost + 1] = (at - 4) / 3 + 1
  elseif kind == 's' then
    redis.call('XCLAIM', KEYS[base], GROUP, CONSUMER, 0, receipt, 'JUSTID')
  elseif kind == 'z' then
    redis.call('ZADD', KEYS[base + 1], leaseEnd, receipt)
  end
end
return lost
