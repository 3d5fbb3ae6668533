-- Versions have come to their end. ARGV, of each: key, version, token of the claim or "", reason or "" if accepted.
if is_gone() then return redis.error_reply('GONE') end

local function refuse(key, reason)
  local field = '-' .. key
  write(field, call('HGET', VERSIONS, key), call('HGET', HEADS, key), call('HGET', BODIES, key))
  call('HSET', REASONS, field, reason)
  call('ZADD', REFUSED, next_place(), field)
end

pass_when_full()
for i = 1, #ARGV, 4 do
  local key, token, reason = ARGV[i], ARGV[i + 2], ARGV[i + 3]
  if call('HGET', VERSIONS, key) == ARGV[i + 1] then
    local owner = call('HGET', OWNERS, key)
    if reason ~= '' and call('HEXISTS', VERSIONS, '+' .. key) == 0 and call('HGET', ATTEMPTS, key) ~= 'done' then
      refuse(key, reason)
    end
    if owner and owner ~= token then
      call('HSET', ATTEMPTS, key, 'done')
    else
      settle(key)
    end
  end
end
return true
