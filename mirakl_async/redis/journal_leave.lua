-- A process leaves: its claims are void. ARGV: 1 process, with which the tokens of its claims begin.
if is_gone() then return redis.error_reply('GONE') end
local function is_its_own(token) return token and string.sub(token, 1, #ARGV[1]) == ARGV[1] end

call('HDEL', FACTS, 'puts ' .. ARGV[1])
local owners = call('HGETALL', OWNERS)
for i = 1, #owners, 2 do
  if is_its_own(owners[i + 1]) then give_back(owners[i], now) end
end
if is_its_own(call('HGET', LANE, 'token')) then
  call('DEL', LANE, LANE_CLAIMED)
  ring(LANE_BELL)
end
return true
