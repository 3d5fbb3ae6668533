-- Outcomes have come to their end. ARGV: 1 reason, or "" if they were taken; then their numbers.
if is_gone() then return redis.error_reply('GONE') end
for i = 2, #ARGV do
  local number, field = ARGV[i], '!' .. ARGV[i]
  if call('ZREM', OUTCOMES, number) == 1 then
    call('HDEL', ATTEMPTS, field)
    if ARGV[1] == '' then
      forget(field)
    else
      call('HSET', REASONS, field, ARGV[1])
      local place = next_place()
      call('ZADD', REFUSED, place, field)
      call('ZADD', REFUSED_OUTCOMES, place, field)
    end
  end
  if call('SREM', LANE_CLAIMED, number) == 1 and call('SCARD', LANE_CLAIMED) == 0 then
    call('DEL', LANE)
    ring(LANE_BELL)
  end
end
return true
