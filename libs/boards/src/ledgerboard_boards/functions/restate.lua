-- Corrections: a player's entries go from views, and what counts of the player's plays is put in their place.

-- Another key of the view whose entries are here. No part before the scope holds a colon of its own.
local function sibling(set, part)
  local first, last = string.find(set, ':entries:', 1, true)
  return string.sub(set, 1, first) .. part .. string.sub(set, last)
end

-- A registered view, by the key of its entries and by what the registry says of it.
local function registered_view(generation, set, says)
  local width, expires_at = string.match(says, '^(%d+) (%d+)$')
  return { set = set, hash = sibling(set, 'prefixes'), registry = generation.registry,
    width = tonumber(width), expires_at = expires_at }
end

-- The prefixes of all plays that a player has, where each play is an entry.
local function plays_of_player(generation, player)
  local found = redis.call('ZRANGEBYLEX', generation.plays, '[' .. player .. '\0', '(' .. player .. '\1')
  for i, play in ipairs(found) do
    found[i] = string.sub(play, #player + 2)
  end
  return found
end

-- Removes a player's entries from one view.
local function remove_from(view, player, play_prefixes, top_size, channel)
  local value = redis.call('HGET', view.hash, player)
  if not value then
    return
  end
  local members, change = { string.sub(value, 1, view.width) .. player }, no_change()
  for _, prefix in ipairs(play_prefixes) do
    members[#members + 1] = prefix .. player
  end
  for i, key in ipairs(in_chunks('ZMSCORE', view.set, members)) do
    if key then
      change.removed[#change.removed + 1] = members[i]
      note_first(change, tonumber(key), members[i])
    end
  end
  view.version, view.top = sibling(view.set, 'version'), sibling(view.set, 'top')
  apply(view, change, top_size, channel)
  redis.call('HDEL', view.hash, player)
end

-- Removes a player from all views of a generation, and forgets those of them that expired.
local function remove_from_all(generation, player, top_size, channel)
  local play_prefixes = plays_of_player(generation, player)
  local registered, now = redis.call('HGETALL', generation.registry), tonumber(redis.call('TIME')[1])
  for i = 1, #registered, 2 do
    local view = registered_view(generation, registered[i], registered[i + 1])
    if view.expires_at ~= '0' and tonumber(view.expires_at) <= now then
      redis.call('HDEL', generation.registry, view.set)
    else
      remove_from(view, player, play_prefixes, top_size, channel)
    end
  end
  redis.call('ZREMRANGEBYLEX', generation.plays, '[' .. player .. '\0', '(' .. player .. '\1')
end

-- KEYS: state; then for each generation registry and plays, and set, hash, version and top of each view. ARGV: version of
-- the state, the generations that it is to have, size of the top, channel of tops, player, number of generations; then
-- for each the number of arguments that its groups take, and the groups as `fold` takes them. Returns whether the state
-- was of that version. It changes last: a call that failed half-way is made again.
local function restate(keys, arguments)
  if redis.call('HGET', keys[1], 'version') ~= arguments[1] then
    return 0
  end
  local top_size, channel = tonumber(arguments[3]), arguments[4]
  local key, argument = 2, 7
  for _ = 1, tonumber(arguments[6]) do
    local generation = { registry = keys[key], plays = keys[key + 1] }
    local last, _ = argument + tonumber(arguments[argument]), nil
    remove_from_all(generation, arguments[5], top_size, channel)
    _, key = fold_groups(generation, keys, key + 2, arguments, argument + 1, last, top_size, channel)
    argument = last + 1
  end
  redis.call('HSET', keys[1], 'version', version_after(tonumber(arguments[1])), 'generations', arguments[2])
  return 1
end

redis.register_function('ledgerboard_restate_@VERSION@', restate)
