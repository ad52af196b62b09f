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

-- The text of a play's key, written once for all views. %.17g writes every double so that it reads back as itself.
local function text_of(key, plays, place)
  if key ~= plays.keys[place] then
    return string.format('%.17g', key)
  end
  local text = plays.texts[place] or string.format('%.17g', key)
  plays.texts[place] = text
  return text
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

-- The change of a view in which each player has one entry.
local function entry_changes(view, width, plays, merge)
  local old_values, old_members, old_keys = current_entries(view, width, plays.players)
  local change = no_change()
  local removed, added, values = change.removed, change.added, change.values
  for place = 1, #plays.players do
    local old_key, old_member = old_keys[place], old_members[place]
    local key, member, value = merge(plays, place, old_key, old_member, old_values[place] or nil, width)
    if key then
      values[#values + 1], values[#values + 2] = plays.players[place], value
    end
    if key and (key ~= old_key or member ~= old_member) then
      if old_key then
        note_first(change, old_key, old_member)
      end
      if old_key and member ~= old_member then
        removed[#removed + 1] = old_member
      end
      added[#added + 1], added[#added + 2] = text_of(key, plays, place), member
      note_first(change, key, member)
    end
  end
  return change
end

-- Reads packed facts as entries of their own, each once, and keeps the best of each player besides.
local function gather_plays(facts, width)
  local plays = { members = {}, keys = {}, texts = {}, bests = best.gather(facts, width) }
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

-- The change of a view in which each play is an entry. Idempotent: a play that is there already stays as it is.
local function play_changes(view, width, plays)
  local known = in_chunks('ZMSCORE', view.set, plays.members)
  local _, old_members, old_keys = current_entries(view, width, plays.bests.players)
  local change = no_change()
  for place, member in ipairs(plays.members) do
    if not known[place] then
      local key = plays.keys[place]
      change.added[#change.added + 1], change.added[#change.added + 2] = text_of(key, plays, place), member
      note_first(change, key, member)
    end
  end
  for place, player in ipairs(plays.bests.players) do
    local key, _, prefix = best.merge(plays.bests, place, old_keys[place], old_members[place])
    if key then
      change.values[#change.values + 1], change.values[#change.values + 2] = player, prefix
    end
  end
  return change
end

local function changes_by(merge)
  return function(view, width, plays)
    return entry_changes(view, width, plays, merge)
  end
end

-- What a view makes of its plays, by the name of its fold: how packed facts are read, and what they change.
local FOLDS = {
  best = { gather = best.gather, changes = changes_by(best.merge) },
  latest = { gather = latest.gather, changes = changes_by(latest.merge) },
  total = { gather = total.gather, changes = changes_by(total.merge) },
  levels = { gather = levels.gather, changes = changes_by(levels.merge) },
  plays = { gather = gather_plays, changes = play_changes },
}
