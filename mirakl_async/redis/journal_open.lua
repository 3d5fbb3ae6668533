-- Make the journal, if there is none. ARGV: 1 format. Returns the format of the one there is, and which one it is.
if call('HEXISTS', FACTS, 'format') == 0 then call('HSET', FACTS, 'format', ARGV[1], 'made', MADE) end
return call('HMGET', FACTS, 'format', 'made')
