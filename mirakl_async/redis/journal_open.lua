-- Make the journal, if there is none. ARGV: 1 format. Returns the format of the one there is.
if is_gone() then call('HSET', FACTS, 'format', ARGV[1]) end
return call('HGET', FACTS, 'format')
