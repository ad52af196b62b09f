-- Corrections: a player's entries go from views, and what counts of the player's plays is put in their place.

local SUM_WIDTH = 16 -- Bytes of a sum's prefix. That of a play is longer: it has an event id.

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

-- Removes those of the members that are entries from one view.
local function remove_members(view, members, top_size, channel)
  local change = no_change()
  for i, key in ipairs(in_chunks('ZMSCORE', view.set, members)) do
    if key then
      change.removed[#change.removed + 1] = members[i]
      note_first(change, tonumber(key), members[i])
    end
  end
  view.version, view.top = sibling(view.set, 'version'), sibling(view.set, 'top')
  apply(view, change, top_size, channel)
end

-- Removes a player's entries from one view.
local function remove_from(view, player, play_prefixes, top_size, channel)
  local value = redis.call('HGET', view.hash, player)
  if not value then
    return
  end
  local members = { string.sub(value, 1, view.width) .. player }
  for _, prefix in ipairs(play_prefixes) do
    members[#members + 1] = prefix .. player
  end
  remove_members(view, members, top_size, channel)
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

-- The plays of a player, as they stand in the index.
local function listed_plays(generation, player)
  return redis.call('ZRANGEBYLEX', generation.plays, '[' .. player .. '\0', '(' .. player .. '\1')
end

-- Whether a player has exactly the plays of that digest. An empty one says nothing.
local function has_plays(generation, player, digest)
  return digest == '' or redis.sha1hex(table.concat(listed_plays(generation, player))) == digest
end

-- KEYS: state, registry, plays. ARGV: version of the state, size of the top, channel of tops, player, prefixes of plays.
-- Removes these plays from all views. Returns whether the state was of that version.
local function remove_plays(keys, arguments)
  if redis.call('HGET', keys[1], 'version') ~= arguments[1] then
    return 0
  end
  local player, members, listed = arguments[4], {}, {}
  for i = 5, #arguments do
    members[#members + 1], listed[#listed + 1] = arguments[i] .. player, play_of(player, arguments[i])
  end
  local registered = redis.call('HGETALL', keys[2])
  for i = 1, #registered, 2 do
    local view = registered_view({ registry = keys[2] }, registered[i], registered[i + 1])
    if redis.call('HEXISTS', view.hash, player) == 1 then
      remove_members(view, members, tonumber(arguments[2]), arguments[3])
    end
  end
  in_chunks('ZREM', keys[3], listed)
  return 1
end

-- Forgets which play is the player's best in each view, for the best ones to be folded again, and takes the player's sums
-- over levels away, which are no plays. A hash that held nobody else is gone then, and its expiry with it.
local function forget_bests(generation, player, top_size, channel)
  local registered = redis.call('HGETALL', generation.registry)
  for i = 1, #registered, 2 do
    local view = registered_view(generation, registered[i], registered[i + 1])
    if view.width == SUM_WIDTH then
      remove_from(view, player, {}, top_size, channel)
    else
      redis.call('HDEL', view.hash, player)
    end
  end
end

-- Gives the hashes of dated views their expiry again, which a fold sets only where a view has few entries.
local function expire_hashes(generation)
  local registered = redis.call('HGETALL', generation.registry)
  for i = 1, #registered, 2 do
    local view = registered_view(generation, registered[i], registered[i + 1])
    if view.expires_at ~= '0' then
      redis.call('EXPIREAT', view.hash, view.expires_at)
    end
  end
end

-- Whether each player has, in each generation, exactly the plays that were put before.
local function are_prepared(generations, players)
  for _, player in ipairs(players) do
    for place, generation in ipairs(generations) do
      if not has_plays(generation, player.name, player.digests[place]) then
        return false
      end
    end
  end
  return true
end

-- Puts a player's standing in one generation in the place of the old one. Returns the key after the last one.
local function redraw(generation, player, place, keys, key, arguments, top_size, channel)
  local is_prepared = player.digests[place] ~= ''
  if is_prepared then
    forget_bests(generation, player.name, top_size, channel)
  else
    remove_from_all(generation, player.name, top_size, channel)
  end
  local first, last, _ = player.groups[place].first, player.groups[place].last, nil
  _, key = fold_groups(generation, keys, key, arguments, first, last, top_size, channel)
  if is_prepared then
    expire_hashes(generation)
  end
  return key
end

-- KEYS: state; for each generation registry and plays; then for each player and generation set, hash, version and top of
-- each view. ARGV: version of the state, the generations that it is to have, up to when it may be done, size of the top,
-- channel of tops, number of generations, number of players; then for each player the name, a digest for each generation
-- of the plays that were put before, or '', and for each generation the number of arguments that its groups take, and the
-- groups as `fold` takes them. Returns the version of the new state; 0 where the state is another or it is too late, 2
-- where the plays are others: then nothing is written. The state changes last: a call that failed half-way is made again.
local function restate(keys, arguments)
  if redis.call('HGET', keys[1], 'version') ~= arguments[1] or is_past(arguments[3]) then
    return 0
  end
  local top_size, channel, count = tonumber(arguments[4]), arguments[5], tonumber(arguments[6])
  local generations, players, argument = {}, {}, 8
  for i = 1, count do
    generations[i] = { registry = keys[2 * i], plays = keys[2 * i + 1] }
  end
  for i = 1, tonumber(arguments[7]) do
    local player = { name = arguments[argument], digests = {}, groups = {} }
    argument = argument + 1
    for place = 1, count do
      player.digests[place] = arguments[argument]
      argument = argument + 1
    end
    for place = 1, count do
      local last = argument + tonumber(arguments[argument])
      player.groups[place] = { first = argument + 1, last = last }
      argument = last + 1
    end
    players[i] = player
  end
  if not are_prepared(generations, players) then
    return 2
  end
  local key = 2 + 2 * count
  for _, player in ipairs(players) do
    for place, generation in ipairs(generations) do
      key = redraw(generation, player, place, keys, key, arguments, top_size, channel)
    end
  end
  local version = version_after(tonumber(arguments[1]))
  redis.call('HSET', keys[1], 'version', version, 'generations', arguments[2])
  return version
end

redis.register_function('ledgerboard_remove_plays_@VERSION@', remove_plays)
redis.register_function('ledgerboard_restate_@VERSION@', restate)
