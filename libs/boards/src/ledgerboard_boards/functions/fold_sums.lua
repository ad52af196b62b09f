-- The folds that add: all plays of a player, or the best one on each level.
--
-- Sums are exact beyond the integers that a double holds. A sum is a pair: the double nearest to it, and the residue
-- that is missing. The pair depends on the sum alone and not on the order of adding, and it sorts as the sum does.
--
-- A sum was reached with the last of the plays that changed it; where none did, because all of them are 0, with the first
-- of them. So a play of 0 moves nobody behind equals. What stands for the moment is a time and whether a play changed
-- the sum. Keeping the last of the one kind, or else the first of the other, forgives any order and any repetition.

local HALF, WHOLE = 2147483648, 4294967296
local TIME = 8

-- A signed number as a column: 8 bytes whose order is the number's. Exact within +-2^53.
local function to_column(number)
  local high = math.floor(number / WHOLE)
  return struct.pack('>I4I4', high + HALF, number - high * WHOLE)
end

-- What a total remembers behind its prefix while all of its plays are 0.
local ZEROS_ALONE = '\0'

local NOTHING = '\128\0\0\0\0\0\0\0' -- The column of 0. Written out: a library that loads has no struct yet.

local function from_column(bytes)
  local high, low = struct.unpack('>I4I4', bytes)
  return (high - HALF) * WHOLE + low
end

-- a + b as the nearest double and what is missing to the sum (Knuth, TAOCP 4.2.2, theorem B).
local function two_sum(a, b)
  local sum = a + b
  local part = sum - a
  return sum, (a - (sum - part)) + (b - part)
end

-- The sum of two sums. Residues are small integers, so adding them is exact.
local function add(sum, residue, other, other_residue)
  local near, missing = two_sum(sum, other)
  return two_sum(near, missing + residue + other_residue)
end

-- The moment of two parts of a sum, each a time and whether a play there changed the sum.
local function moment_of(time, changes, other_time, other_changes)
  if changes ~= other_changes then
    return changes and time or other_time, true
  end
  return (precedes(time, other_time) == changes) and other_time or time, changes
end

local function sum_prefix(residue, time)
  return (residue == 0 and NOTHING or to_column(residue)) .. time
end

-- Reads packed facts and adds up each player's, as parallel lists.
local function gather_total(facts)
  local plays = { players = {}, keys = {}, residues = {}, times = {}, changing = {} }
  local players, keys, residues, times = plays.players, plays.keys, plays.residues, plays.times
  local changing = plays.changing
  local places, offset = {}, 1
  while offset <= #facts do
    local key, time, player
    key, time, player, offset = struct.unpack('>dc8Hc0', facts, offset)
    local place = places[player]
    if not place then
      place = #players + 1
      places[player] = place
      players[place], keys[place], residues[place] = player, key, 0
      times[place], changing[place] = time, key ~= 0
    else
      keys[place], residues[place] = add(keys[place], residues[place], key, 0)
      times[place], changing[place] = moment_of(times[place], changing[place], time, key ~= 0)
    end
  end
  return plays
end

-- Adds. Not idempotent: the mark of the envelope sees to it that this happens once.
local function merge_total(plays, place, old_key, _, old_value, width)
  local key, residue, time, changes = plays.keys[place], plays.residues[place], plays.times[place], plays.changing[place]
  if old_key then
    key, residue = add(old_key, from_column(old_value), key, residue)
    time, changes = moment_of(string.sub(old_value, TIME + 1, width), #old_value == width, time, changes)
  end
  local prefix = sum_prefix(residue, time)
  return key, prefix .. plays.players[place], changes and prefix or prefix .. ZEROS_ALONE
end

-- Adds a play to what is kept of levels: of each the best play, and the first one, which tells a best play of 0 that took
-- the place of another from one that added nothing. Returns whether that changed anything.
local function keep_play(levels, level, key, time)
  local kept = levels[level]
  if not kept then
    levels[level] = { key = key, time = time, first_key = key, first_time = time }
    return true
  end
  local is_better = outranks(key, time, kept.key, kept.time)
  if is_better then
    kept.key, kept.time = key, time
  end
  local is_first = precedes(time, kept.first_time) or (time == kept.first_time and key < kept.first_key)
  if is_first then
    kept.first_key, kept.first_time = key, time
  end
  return is_better or is_first
end

-- Whether the best play of a level took the place of another one.
local function is_improvement(kept)
  return precedes(kept.first_time, kept.time)
end

-- Reads packed facts and keeps of each player what decides on each level.
local function gather_levels(facts)
  local plays, places, offset = { players = {}, levels = {} }, {}, 1
  while offset <= #facts do
    local key, time, player, level
    key, time, player, level, offset = struct.unpack('>dc8Hc0Hc0', facts, offset)
    local place = places[player]
    if not place then
      place = #plays.players + 1
      places[player] = place
      plays.players[place], plays.levels[place] = player, {}
    end
    keep_play(plays.levels[place], level, key, time)
  end
  return plays
end

-- The levels that a value remembers, behind the member's prefix: a play or two of each, as memory_of wrote them.
local function remembered_levels(value, width)
  local levels, offset = {}, width + 1
  while offset <= #value do
    local level, key, time
    level, key, time, offset = struct.unpack('>Hc0dc8', value, offset)
    keep_play(levels, level, key, time)
  end
  return levels
end

-- What is remembered of a level: the best play, and the first one where that was another and a play of 0 is the best or
-- may still be.
local function memory_of(level, kept)
  local best = struct.pack('>Hc0dc8', #level, level, kept.key, kept.time)
  if kept.key < 0 or not is_improvement(kept) then
    return best
  end
  return best .. struct.pack('>Hc0dc8', #level, level, kept.first_key, kept.first_time)
end

-- Idempotent: each level keeps its best, and the sum is taken anew. What changes it is each level's best play, unless that
-- is the first one there and 0.
local function merge_levels(plays, place, old_key, _, old_value, width)
  local levels = old_value and remembered_levels(old_value, width) or {}
  local changed = not old_key
  for level, play in pairs(plays.levels[place]) do
    changed = keep_play(levels, level, play.first_key, play.first_time) or changed
    changed = keep_play(levels, level, play.key, play.time) or changed
  end
  if not changed then
    return
  end
  local key, residue, time, changes, memory = 0, 0, nil, nil, {}
  for level, kept in pairs(levels) do
    local is_change = kept.key ~= 0 or is_improvement(kept)
    key, residue = add(key, residue, kept.key, 0)
    if time then
      time, changes = moment_of(time, changes, kept.time, is_change)
    else
      time, changes = kept.time, is_change
    end
    memory[#memory + 1] = memory_of(level, kept)
  end
  local prefix = sum_prefix(residue, time)
  return key, prefix .. plays.players[place], prefix .. table.concat(memory)
end
