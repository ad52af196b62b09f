-- The folds that keep one play of each player: the best or the latest one.
--
-- Keeping the greatest of some order is commutative and idempotent: any order, any repetition and any split into calls
-- give the same view.

-- Bytes of a play's time and of its event id, at the end of what `latest` keeps for a player.
local STAMP = 24

-- Reads packed facts and keeps one of each player, as parallel lists. `wins` tells whether a play (key, member, value)
-- takes the place of another one; `value` is what the hash keeps, and its first `width` bytes are the member's prefix.
local function gather_entries(facts, layout, width, wins)
  local plays = { players = {}, values = {}, keys = {}, members = {}, texts = {} }
  local players, values, keys, members = plays.players, plays.values, plays.keys, plays.members
  local places, count, offset, length = {}, 0, 1, #facts
  local unpack_fact = struct.unpack
  while offset <= length do
    local key, value, player
    key, value, player, offset = unpack_fact(layout, facts, offset)
    local member, place = (#value == width and value or string.sub(value, 1, width)) .. player, places[player]
    if not place then
      count = count + 1
      places[player] = count
      players[count], values[count], keys[count], members[count] = player, value, key, member
    elseif wins(key, member, value, keys[place], members[place], values[place]) then
      values[place], keys[place], members[place] = value, key, member
    end
  end
  return plays
end

local function is_better(key, member, _, other_key, other_member)
  return outranks(key, member, other_key, other_member)
end

local function is_later(_, _, value, _, _, other_value)
  return precedes(string.sub(other_value, -STAMP), string.sub(value, -STAMP))
end

-- What a player's entry becomes: key, member and value, or nothing where it stays.
local function merge_latest(plays, place, old_key, _, old_value)
  local value = plays.values[place]
  if not old_key or is_later(nil, nil, value, nil, nil, old_value) then
    return plays.keys[place], plays.members[place], value
  end
end

local function gather_best(facts, width)
  return gather_entries(facts, '>dc' .. width .. 'Hc0', width, is_better)
end

local function gather_latest(facts, width)
  return gather_entries(facts, '>dc' .. width + 16 .. 'Hc0', width, is_later)
end
