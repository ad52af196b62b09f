-- What every function shares: the order of entries, and commands over any number of arguments.
--
-- A view is a sorted set that ascends by sort key and, at equal keys, by the bytes of the member; a hash beside it maps
-- each player to the prefix of the player's member.

-- Arguments to one command. Lua can unpack some thousands; even, so that pairs stay together.
local CHUNK = 1000

-- Whether a stands before b by their bytes, as Redis orders members. Lua's own < asks the locale (strcoll).
local function precedes(a, b)
  if a == b then
    return false
  end
  local a_length, b_length = #a, #b
  for i = 1, math.min(a_length, b_length) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then
      return x < y
    end
  end
  return a_length < b_length
end

-- Whether the entry (a_key, a) ranks before (b_key, b).
local function outranks(a_key, a, b_key, b)
  if a_key ~= b_key then
    return a_key < b_key
  end
  return precedes(a, b)
end

-- Runs a command over any number of arguments and returns its replies, if they are lists, as one.
local function in_chunks(command, key, arguments)
  local count = #arguments
  if count == 0 then
    return {}
  end
  if count <= CHUNK then
    return redis.call(command, key, unpack(arguments))
  end
  local replies = {}
  for first = 1, count, CHUNK do
    local reply = redis.call(command, key, unpack(arguments, first, math.min(first + CHUNK - 1, count)))
    if type(reply) == 'table' then
      for i = 1, #reply do
        replies[first + i - 1] = reply[i]
      end
    end
  end
  return replies
end
