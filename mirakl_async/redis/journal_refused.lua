-- A page of what was refused, oldest first. ARGV: 1 place after which it begins, 2 most.
-- Returns of each its place, field, reason, version, head and body.
if is_gone() then return redis.error_reply('GONE') end
local found = {}
local page = call('ZRANGEBYSCORE', REFUSED, '(' .. ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])
for i = 1, #page, 2 do
  local field = page[i]
  for _, value in ipairs({
    page[i + 1], field, call('HGET', REASONS, field), call('HGET', VERSIONS, field) or '',
    call('HGET', HEADS, field) or '', call('HGET', BODIES, field) or ''}) do
    found[#found + 1] = value
  end
end
return found
