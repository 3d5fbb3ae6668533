-- Keep claims for longer. ARGV: 1 lease from now, then of each its key and the token of its claim.
if is_gone() then return redis.error_reply('GONE') end
pass_when_full()
local lease = whole(now + tonumber(ARGV[1]))
for i = 2, #ARGV, 2 do
  if call('HGET', OWNERS, ARGV[i]) == ARGV[i + 1] then call('ZADD', CLAIMED, 'XX', lease, ARGV[i]) end
end
return true
