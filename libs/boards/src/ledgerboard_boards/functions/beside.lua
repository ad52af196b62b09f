-- What lies beside the entries of a view: the hash and the rendered top, for whoever compares them.

-- KEYS: hash. ARGV: players. Returns what the hash holds of each.
local function remembered(keys, arguments)
  return in_chunks('HMGET', keys[1], arguments)
end

-- KEYS: set, hash. ARGV: a cursor, '0' to begin; bytes of a prefix; about how many fields to look at. Returns the next
-- cursor, and those players whose prefix leads to no entry.
local function astray(keys, arguments)
  local reply = redis.call('HSCAN', keys[2], arguments[1], 'COUNT', arguments[3])
  local fields, width, members, found = reply[2], tonumber(arguments[2]), {}, {}
  for i = 1, #fields, 2 do
    members[#members + 1] = string.sub(fields[i + 1], 1, width) .. fields[i]
  end
  for place, key in ipairs(in_chunks('ZMSCORE', keys[1], members)) do
    if not key then
      found[#found + 1] = fields[2 * place - 1]
    end
  end
  return { reply[1], found }
end

-- KEYS: set, top. ARGV: size of the top. Returns the rendered top, or false where none is kept, and the entries of which
-- it has to be made: both of one moment.
local function rendered(keys, arguments)
  return { redis.call('GET', keys[2]), entries(keys[1], 0, tonumber(arguments[1])) }
end

register_look('remembered', remembered)
register_look('astray', astray)
register_look('rendered', rendered)
