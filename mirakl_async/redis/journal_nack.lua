-- End claims without a result. ARGV: 1 delay, then of each its key and the token of its claim.
if is_gone() then return redis.error_reply('GONE') end
local later = now + tonumber(ARGV[1])
for i = 2, #ARGV, 2 do
  if call('HGET', OWNERS, ARGV[i]) == ARGV[i + 1] then give_back(ARGV[i], later) end
end
return true
