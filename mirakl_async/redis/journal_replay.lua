-- Let refused things wait again. ARGV: their fields. Returns how many will be sent again.
if is_gone() then return redis.error_reply('GONE') end
local count = 0
for _, field in ipairs(ARGV) do
  if call('ZREM', REFUSED, field) == 1 then
    call('HDEL', REASONS, field)
    if call('ZREM', REFUSED_OUTCOMES, field) == 1 then
      local number = next_place()
      call('HSET', HEADS, '!' .. number, call('HGET', HEADS, field))
      call('HSET', BODIES, '!' .. number, call('HGET', BODIES, field))
      call('ZADD', OUTCOMES, number, number)
      ring(LANE_BELL)
      count = count + 1
    elseif take(string.sub(field, 2), call('HGET', VERSIONS, field), call('HGET', HEADS, field),
        call('HGET', BODIES, field)) == 't' then
      count = count + 1
    end
    forget(field)
  end
end
if call('ZCARD', WAITING) > 0 then ring(BELL) end
return count
