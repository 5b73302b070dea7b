/*
 * What Redis keeps, all under one prefix with one hash tag, so that a cluster keeps it together:
 *
 *     epoch            absent: everything below was lost, nothing is granted until it is made again
 *     opens            ms; not before it is anything granted: living workers are telling what they hold
 *     workers          zset: worker → end of its lease, ms
 *     of:<worker>      hash: c:<key> or q:<queue> → how many permits of it the worker holds
 *     c:<key>          hash: worker|run|delivery → 1: the permits of a key
 *     q:<queue>        hash: worker → permits of the queue
 *     r:<key>          zset: run → since when it waits: places kept
 *     d:<key>          hash: run → until when a permit that came free is kept for its place
 *     t:<key>, b:<key> the rate: when the next start would be on time (TAT); up to when turns are booked
 *     f:<key>          when a permit last came free, ms
 *     p:<c|q>:<name>   somebody was refused lately and wants to hear when permits come free
 *
 * Time is Redis's own, in milliseconds with fractions.
 */

/** Shared by both scripts. KEYS: prefix. */
const COMMON = `
local P = KEYS[1]
local t = redis.call('TIME')
local now = t[1] * 1000 + t[2] / 1000
local function ms(n) return string.format('%.3f', n) end
local function hold(worker, name, count)
  redis.call('HINCRBY', P .. ':of:' .. worker, name, count)
end
`;

/** KEYS: prefix. ARGV: epoch id, ms until it opens, ms of a lease, holdings of the log: {runs: [[worker, token, key...]], queues: [[worker, queue, n]]}. */
export const FOUND_SCRIPT = `${COMMON}
if not redis.call('SET', P .. ':epoch', ARGV[1], 'NX') then return 0 end
redis.call('SET', P .. ':opens', ms(now + tonumber(ARGV[2])))
local given = cjson.decode(ARGV[4])
local lease = ms(now + tonumber(ARGV[3]))
for _, run in ipairs(given.runs) do
  redis.call('ZADD', P .. ':workers', 'NX', lease, run[1])
  for k = 3, #run do
    if redis.call('HSET', P .. ':c:' .. run[k], run[1] .. '|' .. run[2], 1) == 1 then hold(run[1], 'c:' .. run[k], 1) end
  end
end
for _, queue in ipairs(given.queues) do
  redis.call('ZADD', P .. ':workers', 'NX', lease, queue[1])
  redis.call('HINCRBY', P .. ':q:' .. queue[2], queue[1], queue[3])
  hold(queue[1], 'q:' .. queue[2], queue[3])
end
redis.call('PUBLISH', P .. ':news', 'epoch')
return 1
`;

/**
 * KEYS: prefix. ARGV: worker, ms of its lease, the epoch under which it told what it holds, operations as JSON.
 * Answers {'lost'}, {'other', epoch}, or {'ok', answers of t and q in order}.
 *
 *     {o:'s', runs: [[token, key...]], queues: [[queue, n]]}         all that the worker holds: set, whatever was there
 *     {o:'t', run, token, since?, booked, c: [[key, limit]], r?: [key, limit, perMs]}
 *     {o:'f', token, c: [[key, limit]]}                              free
 *     {o:'k', run, key, since}                                       keep a place
 *     {o:'q', queue, n, c?, r?: [limit, perMs]}
 *     {o:'b', queue, n, unused, c?, r?}                              back
 *     {o:'x'}                                                        the worker goes
 */
export const PERMIT_SCRIPT = `${COMMON}
local me, leaseMs = ARGV[1], tonumber(ARGV[2])
local epoch = redis.call('GET', P .. ':epoch')
if not epoch then return { 'lost' } end
if epoch ~= ARGV[3] then return { 'other', epoch } end
local opens = tonumber(redis.call('GET', P .. ':opens') or 0)
local freed = {}

local function letGo(worker, name, count)
  if redis.call('HINCRBY', P .. ':of:' .. worker, name, -count) <= 0 then redis.call('HDEL', P .. ':of:' .. worker, name) end
end

local function forget(worker)
  local mine = worker .. '|'
  for _, name in ipairs(redis.call('HKEYS', P .. ':of:' .. worker)) do
    if name:sub(1, 2) == 'q:' then redis.call('HDEL', P .. ':' .. name, worker)
    else
      for _, field in ipairs(redis.call('HKEYS', P .. ':' .. name)) do
        if field:sub(1, #mine) == mine then redis.call('HDEL', P .. ':' .. name, field) end
      end
    end
    freed[name] = math.huge
  end
  redis.call('DEL', P .. ':of:' .. worker)
end

-- How far apart starts are, and how much too early one may be: 2 % of the period in all, so that no period has more than
-- 2 % (or one) too many. As much may a start be late without putting off all that follow: so it is never nothing.
local function rateOf(limit, perMs)
  local every, most = perMs / limit, perMs / 50
  return every, math.max(most - every, 0.9 * math.min(every, most))
end
local function setTat(key, tat)
  if tat > now then redis.call('SET', P .. ':t:' .. key, ms(tat), 'PX', math.ceil(tat - now) + 1000)
  else redis.call('DEL', P .. ':t:' .. key) end
end
local function tatOf(key) return tonumber(redis.call('GET', P .. ':t:' .. key) or 0) end

-- Permits that came free and are kept for those who wait longer than this one.
local function keptFor(key, since, run)
  local count = 0
  local places = redis.call('ZRANGE', P .. ':r:' .. key, 0, 31, 'WITHSCORES')
  for i = 1, #places, 2 do
    local till = places[i] ~= run and redis.call('HGET', P .. ':d:' .. key, places[i])
    if till and tonumber(till) < now then
      redis.call('ZREM', P .. ':r:' .. key, places[i])
      redis.call('HDEL', P .. ':d:' .. key, places[i])
    elseif till and tonumber(places[i + 1]) < since then count = count + 1 end
  end
  return count
end

local function take(o)
  if opens > now then return { 'w' } end
  for _, c in ipairs(o.c) do
    local name = P .. ':c:' .. c[1]
    local held = redis.call('HLEN', name)
    if held > 0 and redis.call('HEXISTS', name, me .. '|' .. o.token) == 1 then held = held - 1 end
    if held + keptFor(c[1], o.since or now, o.run) >= c[2] then
      redis.call('SET', P .. ':p:c:' .. c[1], '1', 'PX', 3000)
      local answer = { 'c', c[1] }
      if held > 0 then for _, field in ipairs(redis.call('HRANDFIELD', name, 8)) do answer[#answer + 1] = field end end
      return answer
    end
  end
  if o.r then
    local key, every, slack = o.r[1], rateOf(o.r[2], o.r[3])
    local tat = tatOf(key)
    local turn = tat - slack
    if not o.booked then
      local booked = tonumber(redis.call('GET', P .. ':b:' .. key) or 0)
      if booked > now or turn > now then
        turn = math.max(booked, turn, now)
        if turn - now < 3600000 then
          redis.call('SET', P .. ':b:' .. key, ms(turn + every), 'PX', math.ceil(turn + every - now) + 1000)
        else turn = now + 3600000 end
      end
    end
    if turn > now then return { 'r', key, ms(turn - now) } end
    setTat(key, math.max(tat, now) + every)
  end
  for _, c in ipairs(o.c) do
    if redis.call('HSET', P .. ':c:' .. c[1], me .. '|' .. o.token, 1) == 1 then hold(me, 'c:' .. c[1], 1) end
    if redis.call('ZREM', P .. ':r:' .. c[1], o.run) == 1 then redis.call('HDEL', P .. ':d:' .. c[1], o.run) end
  end
  return { 'g' }
end

local function free(o)
  for _, c in ipairs(o.c) do
    local key = c[1]
    if redis.call('HDEL', P .. ':c:' .. key, me .. '|' .. o.token) == 1 then
      letGo(me, 'c:' .. key, 1)
      freed['c:' .. key] = c[2]
      redis.call('SET', P .. ':f:' .. key, ms(now), 'PX', 60000)
      for _, run in ipairs(redis.call('ZRANGE', P .. ':r:' .. key, 0, 31)) do
        if redis.call('HSETNX', P .. ':d:' .. key, run, ms(now + 3000)) == 1 then
          redis.call('PEXPIRE', P .. ':d:' .. key, 86400000)
          break
        end
      end
    end
  end
end

local function keepPlace(o)
  local places = P .. ':r:' .. o.key
  local last = tonumber(redis.call('GET', P .. ':f:' .. o.key) or 0)
  if now - last < 500 or redis.call('ZCARD', places) >= 1000 then return end
  redis.call('ZADD', places, o.since, o.run)
  redis.call('HDEL', P .. ':d:' .. o.key, o.run)
  redis.call('PEXPIRE', places, 86400000)
end

local function inUse(queue)
  local sum = 0
  for _, n in ipairs(redis.call('HVALS', P .. ':q:' .. queue)) do sum = sum + tonumber(n) end
  return sum
end

local function takeForQueue(o)
  if opens > now then return { 'w' } end
  local n = o.n
  if o.c then
    n = math.min(n, o.c - inUse(o.queue))
    if n <= 0 then
      redis.call('SET', P .. ':p:q:' .. o.queue, '1', 'PX', 3000)
      return { 'n', 0 }
    end
  end
  if o.r then
    local key, every, slack = 'queue:' .. o.queue, rateOf(o.r[1], o.r[2])
    local tat = math.max(tatOf(key), now)
    local allowed = math.floor((now + slack - tat) / every + 0.000001) + 1
    if allowed < 1 then return { 'n', 0, ms(tat - slack - now) } end
    n = math.min(n, allowed)
    setTat(key, tat + n * every)
  end
  if o.c then
    redis.call('HINCRBY', P .. ':q:' .. o.queue, me, n)
    hold(me, 'q:' .. o.queue, n)
  end
  return { 'n', n }
end

local function backFromQueue(o)
  if o.c and o.n > 0 then
    if redis.call('HINCRBY', P .. ':q:' .. o.queue, me, -o.n) <= 0 then redis.call('HDEL', P .. ':q:' .. o.queue, me) end
    letGo(me, 'q:' .. o.queue, o.n)
    freed['q:' .. o.queue] = o.c
  end
  if o.r and o.unused > 0 then
    local every = o.r[2] / o.r[1]
    setTat('queue:' .. o.queue, tatOf('queue:' .. o.queue) - o.unused * every)
    freed['q:' .. o.queue] = freed['q:' .. o.queue] or math.huge
  end
end

local function setAll(o)
  forget(me)
  for _, run in ipairs(o.runs) do
    for k = 2, #run do
      if redis.call('HSET', P .. ':c:' .. run[k], me .. '|' .. run[1], 1) == 1 then hold(me, 'c:' .. run[k], 1) end
    end
  end
  for _, queue in ipairs(o.queues) do
    redis.call('HSET', P .. ':q:' .. queue[1], me, queue[2])
    hold(me, 'q:' .. queue[1], queue[2])
  end
end

for _, worker in ipairs(redis.call('ZRANGEBYSCORE', P .. ':workers', '-inf', now, 'LIMIT', 0, 2)) do
  if worker ~= me then
    forget(worker)
    redis.call('ZREM', P .. ':workers', worker)
  end
end
redis.call('ZADD', P .. ':workers', ms(now + leaseMs), me)

local answers = { 'ok' }
for _, o in ipairs(cjson.decode(ARGV[4])) do
  if o.o == 't' then answers[#answers + 1] = take(o)
  elseif o.o == 'f' then free(o)
  elseif o.o == 'q' then answers[#answers + 1] = takeForQueue(o)
  elseif o.o == 'b' then backFromQueue(o)
  elseif o.o == 'k' then keepPlace(o)
  elseif o.o == 's' then setAll(o)
  elseif o.o == 'x' then
    forget(me)
    redis.call('ZREM', P .. ':workers', me)
  end
end

-- Told to the others only if somebody asked for it, and if a permit is still to be had.
for name, limit in pairs(freed) do
  local left = true
  if limit ~= math.huge then
    if name:sub(1, 2) == 'c:' then left = redis.call('HLEN', P .. ':' .. name) < limit
    else left = inUse(name:sub(3)) < limit end
  end
  if left and redis.call('EXISTS', P .. ':p:' .. name) == 1 then redis.call('PUBLISH', P .. ':news', name) end
end
return answers
`;
