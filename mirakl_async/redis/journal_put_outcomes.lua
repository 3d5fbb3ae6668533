-- Take outcomes behind all others. ARGV: 1 token of this call, then of each its action and its body.
if is_gone() then return redis.error_reply('GONE') end
if is_repeated(ARGV[1]) then return false end
for i = 2, #ARGV, 2 do
  local number = next_place()
  local field = '!' .. number
  call('HSET', HEADS, field, ARGV[i])
  call('HSET', BODIES, field, ARGV[i + 1])
  call('ZADD', OUTCOMES, number, number)
end
ring(LANE_BELL)
return true
