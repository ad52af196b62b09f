-- From plays to what must change in a view.
--
-- A change holds the members to remove, (key, member) pairs and (player, value) pairs to set, and the first entry in
-- the order of the view that appears or goes.

local function no_change()
  return { removed = {}, added = {}, values = {}, first_key = nil, first_member = nil }
end

local function note_first(change, key, member)
  if not change.first_key or outranks(key, member, change.first_key, change.first_member) then
    change.first_key, change.first_member = key, member
  end
end

-- The text of a double, which reads back as itself.
local function to_text(key)
  return string.format('%.17g', key)
end

-- The entries that the players have now: values, members and keys, by place, empty where there is none.
local function current_entries(view, width, players)
  local values = in_chunks('HMGET', view.hash, players)
  local asked, places = {}, {}
  for place = 1, #players do
    local value = values[place]
    if value then
      asked[#asked + 1] = (#value == width and value or string.sub(value, 1, width)) .. players[place]
      places[#places + 1] = place
    end
  end
  local texts = in_chunks('ZMSCORE', view.set, asked)
  local members, keys = {}, {}
  for i = 1, #asked do
    members[places[i]], keys[places[i]] = asked[i], tonumber(texts[i] or nil)
  end
  return values, members, keys
end

-- The change of a view in which each player has one entry. `merge` tells what it becomes.
local function entry_changes(view, width, plays, merge)
  local players = plays.players
  local old_values, old_members, old_keys = current_entries(view, width, players)
  local change = no_change()
  local removed, added, values = change.removed, change.added, change.values
  for place = 1, #players do
    local old_key, old_member = old_keys[place], old_members[place]
    local key, member, value = merge(plays, place, old_key, old_member, old_values[place] or nil, width)
    if key then
      values[#values + 1], values[#values + 2] = players[place], value
    end
    if key and (key ~= old_key or member ~= old_member) then
      if old_key then
        note_first(change, old_key, old_member)
      end
      if old_key and member ~= old_member then
        removed[#removed + 1] = old_member
      end
      added[#added + 1], added[#added + 2] = to_text(key), member
      note_first(change, key, member)
    end
  end
  return change
end

-- The same where each player keeps the better entry, as most boards have it, and without a call for each: an entry that
-- goes stands behind the one that takes its place, and keys are the plays' own.
local function better_entries(view, width, plays)
  local players, members, keys, texts = plays.players, plays.members, plays.keys, plays.texts
  local _, old_members, old_keys = current_entries(view, width, players)
  local change = no_change()
  local removed, added, values = change.removed, change.added, change.values
  local first_key, first_member
  for place = 1, #players do
    local key, member, old_key, old_member = keys[place], members[place], old_keys[place], old_members[place]
    if not old_key or outranks(key, member, old_key, old_member) then
      if old_key and old_member ~= member then
        removed[#removed + 1] = old_member
      end
      local text = texts[place] or to_text(key)
      texts[place] = text
      added[#added + 1], added[#added + 2] = text, member
      values[#values + 1], values[#values + 2] = players[place], plays.values[place]
      if not first_key or outranks(key, member, first_key, first_member) then
        first_key, first_member = key, member
      end
    end
  end
  change.first_key, change.first_member = first_key, first_member
  return change
end

-- Reads packed facts as entries of their own, each once, and keeps the best of each player besides.
local function gather_plays(facts, width)
  local plays = { members = {}, keys = {}, bests = gather_best(facts, width) }
  local layout, known, offset = '>dc' .. width .. 'Hc0', {}, 1
  while offset <= #facts do
    local key, prefix, player
    key, prefix, player, offset = struct.unpack(layout, facts, offset)
    local member = prefix .. player
    if not known[member] then
      known[member] = true
      plays.members[#plays.members + 1], plays.keys[#plays.keys + 1] = member, key
    end
  end
  return plays
end

-- The change of a view in which each play is an entry. Idempotent: a play that is there already stays as it is. The hash
-- changes as it would if each player kept the better entry.
local function play_changes(view, width, plays)
  local known = in_chunks('ZMSCORE', view.set, plays.members)
  local change = no_change()
  for place, member in ipairs(plays.members) do
    if not known[place] then
      local key = plays.keys[place]
      change.added[#change.added + 1], change.added[#change.added + 2] = to_text(key), member
      note_first(change, key, member)
    end
  end
  change.values = better_entries(view, width, plays.bests).values
  return change
end

-- One play among all of a generation, so that those of a player lie together. No name holds a NUL.
local function play_of(player, prefix)
  return player .. '\0' .. prefix
end

-- Reads packed facts as gather_plays does, and what finds the plays of a player.
local function gather_all_plays(facts, width)
  local plays, found = gather_plays(facts, width), {}
  for _, member in ipairs(plays.members) do
    found[#found + 1], found[#found + 2] = '0', play_of(string.sub(member, width + 1), string.sub(member, 1, width))
  end
  plays.found = found
  return plays
end

local function remember_plays(key, plays)
  in_chunks('ZADD', key, plays.found)
end

local function changes_by(merge)
  return function(view, width, plays)
    return entry_changes(view, width, plays, merge)
  end
end

-- What a view makes of its plays, by the name of its fold: how packed facts are read, and what they change.
local FOLDS = {
  best = { gather = gather_best, changes = better_entries },
  latest = { gather = gather_latest, changes = changes_by(merge_latest) },
  total = { gather = gather_total, changes = changes_by(merge_total) },
  levels = { gather = gather_levels, changes = changes_by(merge_levels) },
  plays = { gather = gather_plays, changes = play_changes },
  all_plays = { gather = gather_all_plays, changes = play_changes, remember = remember_plays },
}
