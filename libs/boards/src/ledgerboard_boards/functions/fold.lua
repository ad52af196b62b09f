-- The write path: fold facts into views.
--
-- Each player keeps the smaller (key, member), which is commutative and idempotent: any order, any repetition and any
-- split into calls give the same view.

-- Reads packed facts and keeps each player's best among them, as parallel lists.
local function best_plays(facts, layout)
  local plays = { players = {}, prefixes = {}, keys = {}, members = {}, texts = {} }
  local players, prefixes, keys, members = plays.players, plays.prefixes, plays.keys, plays.members
  local places, count, offset, length = {}, 0, 1, #facts
  local unpack_fact = struct.unpack
  while offset <= length do
    local key, prefix, player
    key, prefix, player, offset = unpack_fact(layout, facts, offset)
    local member, place = prefix .. player, places[player]
    if not place then
      count = count + 1
      places[player] = count
      players[count], prefixes[count], keys[count], members[count] = player, prefix, key, member
    elseif outranks(key, member, keys[place], members[place]) then
      prefixes[place], keys[place], members[place] = prefix, key, member
    end
  end
  return plays
end

-- The members and keys that the players' entries have now: two tables by place, empty where there is none.
local function current_entries(set, hash, players)
  local prefixes = in_chunks('HMGET', hash, players)
  local asked, places = {}, {}
  for place = 1, #players do
    if prefixes[place] then
      asked[#asked + 1] = prefixes[place] .. players[place]
      places[#places + 1] = place
    end
  end
  local texts = in_chunks('ZMSCORE', set, asked)
  local members, keys = {}, {}
  for i = 1, #asked do
    members[places[i]], keys[places[i]] = asked[i], tonumber(texts[i] or nil)
  end
  return members, keys
end

-- What must change in a view: members to remove, (key, member) and (player, prefix) pairs to set, and the new entry
-- that ranks first. %.17g writes every double so that it reads back as itself.
local function changes(plays, old_members, old_keys)
  local change = { removed = {}, added = {}, prefixes = {}, first_key = nil, first_member = nil }
  local removed, added, prefixes, texts = change.removed, change.added, change.prefixes, plays.texts
  for place = 1, #plays.players do
    local key, member = plays.keys[place], plays.members[place]
    local old_member, old_key = old_members[place], old_keys[place]
    if not old_key or outranks(key, member, old_key, old_member) then
      if old_key and old_member ~= member then
        removed[#removed + 1] = old_member
      end
      local text = texts[place] or string.format('%.17g', key)
      texts[place] = text
      added[#added + 1], added[#added + 2] = text, member
      prefixes[#prefixes + 1], prefixes[#prefixes + 2] = plays.players[place], plays.prefixes[place]
      if not change.first_key or outranks(key, member, change.first_key, change.first_member) then
        change.first_key, change.first_member = key, member
      end
    end
  end
  return change
end

-- Drops the rendered top and announces it. The version never goes back, even where it was lost: the clock is ahead of
-- it.
local function drop_top(version_key, top_key, expires_at, channel)
  local now = redis.call('TIME')
  local previous = tonumber(redis.call('GET', version_key) or '0')
  local version = string.format('%.0f', math.max(previous + 1, now[1] * 1000000 + now[2]))
  if expires_at == '0' then
    redis.call('SET', version_key, version)
  else
    redis.call('SET', version_key, version, 'EXAT', expires_at)
  end
  redis.call('DEL', top_key)
  redis.call('PUBLISH', channel, version .. ' ' .. top_key)
end

-- Folds plays into one view. Returns how many entries changed, and whether the top did.
--
-- The top changes exactly if a new entry ranks no later than the last entry of the old top: an entry that is removed
-- stood behind the one that takes its place. A view without that many entries is all top.
local function fold_view(view, plays, top_size, channel)
  local old_members, old_keys = current_entries(view.set, view.hash, plays.players)
  local change = changes(plays, old_members, old_keys)
  if #change.added == 0 then
    return 0, false
  end
  local edge = redis.call('ZRANGE', view.set, top_size - 1, top_size - 1, 'WITHSCORES')
  in_chunks('ZADD', view.set, change.added)
  in_chunks('ZREM', view.set, change.removed) -- Last: a set that is empty in between would lose its expiry.
  in_chunks('HSET', view.hash, change.prefixes)
  if not edge[1] and view.expires_at ~= '0' then
    redis.call('EXPIREAT', view.set, view.expires_at)
    redis.call('EXPIREAT', view.hash, view.expires_at)
  end
  local top_changed = not edge[1] or outranks(change.first_key, change.first_member, tonumber(edge[2]), edge[1])
  if top_changed then
    drop_top(view.version, view.top, view.expires_at, channel)
  end
  return #change.added / 2, top_changed
end

-- KEYS: set, hash, version and top of each view. ARGV: size of the top, bytes of a prefix, channel; then for each group
-- of facts that go into the same views: the number of views, when each expires (Unix time, 0 for never), the facts.
-- Returns the number of entries and of tops that changed.
local function fold(keys, arguments)
  local top_size, channel = tonumber(arguments[1]), arguments[3]
  local layout = '>dc' .. arguments[2] .. 'Hc0'
  local key, argument, entries_changed, tops_changed = 1, 4, 0, 0
  while arguments[argument] do
    local count = tonumber(arguments[argument])
    local plays = best_plays(arguments[argument + count + 1], layout)
    for i = 1, count do
      local view = { set = keys[key], hash = keys[key + 1], version = keys[key + 2], top = keys[key + 3] }
      view.expires_at = arguments[argument + i]
      local changed, top_changed = fold_view(view, plays, top_size, channel)
      entries_changed = entries_changed + changed
      tops_changed = tops_changed + (top_changed and 1 or 0)
      key = key + 4
    end
    argument = argument + count + 2
  end
  return { entries_changed, tops_changed }
end

redis.register_function('ledgerboard_fold_@VERSION@', fold)
