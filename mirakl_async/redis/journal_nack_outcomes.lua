-- Give the lane back. ARGV: 1 delay, 2 token of the claim.
if is_gone() then return redis.error_reply('GONE') end
if call('HGET', LANE, 'token') == ARGV[2] then
  call('DEL', LANE, LANE_CLAIMED)
  if tonumber(ARGV[1]) > 0 then call('HSET', LANE, 'token', '', 'until', whole(now + tonumber(ARGV[1]))) end
  ring(LANE_BELL)
end
return true
