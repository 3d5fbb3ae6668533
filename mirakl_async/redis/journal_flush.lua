-- Is all there that was put? ARGV: 1 process, 2 how many of its puts were answered.
if is_gone() then return redis.error_reply('GONE') end
if is_lost(ARGV[1], ARGV[2]) then return redis.error_reply('LOST') end
return true
