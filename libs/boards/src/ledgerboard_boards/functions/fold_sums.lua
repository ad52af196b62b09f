-- The folds that add: all plays of a player, or the best one on each level.
--
-- Sums are exact beyond the integers that a double holds. A sum is a pair: the double nearest to it, and the residue
-- that is missing. The pair depends on the sum alone and not on the order of adding, and it sorts as the sum does.

local HALF, WHOLE = 2147483648, 4294967296
local TIME = 8

-- A signed number as a column: 8 bytes whose order is the number's. Exact within +-2^53.
local function to_column(number)
  local high = math.floor(number / WHOLE)
  return struct.pack('>I4I4', high + HALF, number - high * WHOLE)
end

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

local function later(a, b)
  return precedes(a, b) and b or a
end

local function sum_prefix(residue, time)
  return (residue == 0 and NOTHING or to_column(residue)) .. time
end

-- Reads packed facts and adds up each player's, as parallel lists.
local function gather_total(facts)
  local plays = { players = {}, keys = {}, residues = {}, times = {} }
  local players, keys, residues, times = plays.players, plays.keys, plays.residues, plays.times
  local places, offset = {}, 1
  while offset <= #facts do
    local key, time, player
    key, time, player, offset = struct.unpack('>dc8Hc0', facts, offset)
    local place = places[player]
    if not place then
      place = #players + 1
      places[player] = place
      players[place], keys[place], residues[place], times[place] = player, key, 0, time
    else
      keys[place], residues[place] = add(keys[place], residues[place], key, 0)
      times[place] = later(times[place], time)
    end
  end
  return plays
end

-- Adds. Not idempotent: the mark of the envelope sees to it that this happens once.
local function merge_total(plays, place, old_key, _, old_value)
  local key, residue, time = plays.keys[place], plays.residues[place], plays.times[place]
  if old_key then
    key, residue = add(old_key, from_column(old_value), key, residue)
    time = later(string.sub(old_value, TIME + 1), time)
  end
  local prefix = sum_prefix(residue, time)
  return key, prefix .. plays.players[place], prefix
end

-- Reads packed facts and keeps the best play of each player on each level: `bests` maps a level to key and time.
local function gather_levels(facts)
  local plays, places, offset = { players = {}, bests = {} }, {}, 1
  while offset <= #facts do
    local key, time, player, level
    key, time, player, level, offset = struct.unpack('>dc8Hc0Hc0', facts, offset)
    local place = places[player]
    if not place then
      place = #plays.players + 1
      places[player] = place
      plays.players[place], plays.bests[place] = player, {}
    end
    local best_so_far = plays.bests[place][level]
    if not best_so_far or outranks(key, time, best_so_far.key, best_so_far.time) then
      plays.bests[place][level] = { key = key, time = time }
    end
  end
  return plays
end

-- The bests that a value remembers, behind the member's prefix, as gather_levels has them.
local function remembered_bests(value, width)
  local bests, offset = {}, width + 1
  while offset <= #value do
    local level, key, time
    level, key, time, offset = struct.unpack('>Hc0dc8', value, offset)
    bests[level] = { key = key, time = time }
  end
  return bests
end

-- Idempotent: each level keeps its best, and the sum is taken anew. A player's total was reached when the last of the
-- plays that count was.
local function merge_levels(plays, place, old_key, _, old_value, width)
  local bests = old_value and remembered_bests(old_value, width) or {}
  local changed = not old_key
  for level, play in pairs(plays.bests[place]) do
    local known = bests[level]
    if not known or outranks(play.key, play.time, known.key, known.time) then
      bests[level], changed = play, true
    end
  end
  if not changed then
    return
  end
  local key, residue, time, memory = 0, 0, nil, {}
  for level, play in pairs(bests) do
    key, residue = add(key, residue, play.key, 0)
    time = time and later(time, play.time) or play.time
    memory[#memory + 1] = struct.pack('>Hc0dc8', #level, level, play.key, play.time)
  end
  local prefix = sum_prefix(residue, time)
  return key, prefix .. plays.players[place], prefix .. table.concat(memory)
end
