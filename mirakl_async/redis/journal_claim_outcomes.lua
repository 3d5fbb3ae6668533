-- Take the oldest outcomes, unless somebody holds the lane.
--
-- ARGV: 1 most, 2 lease, 3 token of this claim. Returns the microseconds until the lane may be free (-1: it is, and
-- empty), then of each outcome its number, action, body and number of claims.
if is_gone() then return redis.error_reply('GONE') end
local held = call('HMGET', LANE, 'token', 'until')
if held[2] and tonumber(held[2]) > now and held[1] ~= ARGV[3] then
  return {tonumber(held[2]) - now}
end
local numbers = call('ZRANGE', OUTCOMES, 0, ARGV[1] - 1)
call('DEL', LANE_CLAIMED)
if #numbers == 0 then
  call('DEL', LANE)
  return {-1}
end
call('HSET', LANE, 'token', ARGV[3], 'until', whole(now + tonumber(ARGV[2])))
local found = {-1}
for _, number in ipairs(numbers) do
  local field = '!' .. number
  call('SADD', LANE_CLAIMED, number)
  found[#found + 1] = number
  found[#found + 1] = call('HGET', HEADS, field)
  found[#found + 1] = call('HGET', BODIES, field)
  found[#found + 1] = call('HINCRBY', ATTEMPTS, field, 1)
end
return found
