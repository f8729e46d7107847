#!lua
-- Creates runs: record, event 1, deadlines, mail of each. Plain flags: a full server refuses before any write.
-- KEYS 1 run, 2 runData, 3 runEvents, 4 runNodes, 5 mail, 6 timers, 7 runs, 8 runsByStatus('queued'), 9 graph(digest),
--      10 idempotency, 11 graphRuns, 12 ownerRuns('all'), 13 ownerRuns('queued'),
--      14 outbox, 15 runDeliveries, 16 <starts_key>, 17 <live_key> (both of the asker's API key, in the shard of keys),
--      18 run(source), 19 runForks(source), 20 runArtifacts, 21 <bytes_key> (of the same key)
-- ARGV 1 run, 2 request (digest of the request; '' = no idempotency key), 3 idempotency_ms int, 4 graph (canonical JSON),
--      5 start_deadline_ms int, 6 run_deadline_ms int, 7 event (JSON), 8 channels.run, 9 count(record), 10 count(data),
--      11 count(nodes), 12 fileRuns(''),
--      13 delivery_ids (beginning of those that it makes), 14 ownerHooks(''), 15 outboxLane(''), 16 delivery(''),
--      17 hookDeliveries(''), 18 per_minute int, 19 most_live int (0 = no limit),
--      20 source (of a fork: the run that it comes from, else 'none'), 21 folderRuns(''), 22 count(artifacts),
--      23 most_bytes int (of a day; 0 = no limit),
--      then per name, value of record: name, value, then per name, value of data: name, value,
--      then per name, value of nodes: name, value,
--      then per name, value of artifacts: name, value
-- Many of one shard, at most 64: each is judged when those before it are, and what they add to the same keys is added at once.
-- Answer ['sourceless'] | ['created', now: string, left: string, reset_ms: string] | ['repeat' | 'conflict', run: string]
--      | ['limited', what: 'rate' | 'live' | 'bytes', reset_ms: string] | ['failed', error: string]; conflict = the key was
--      used for another request, sourceless = the run to be forked is gone, or being removed, failed = Redis refused what
--      was asked of it for this one, of which nothing was written
-- Repeats: the run id makes a second call a 'repeat'; the idempotency key makes a second request one, as long as its run
-- is there. The record's fields hold `owner`, `digest` and, where there are such, `idempotency`, `files` (ids, by
-- spaces) and `makers` (runs, by spaces): purge finds by them what goes with the run.
-- @include time
-- @include day
-- @include outbox
-- @include log
-- @include together
-- @include limits
local now = now_ms()
local at_now = text(now)
-- By key: what the calls add, and what they have found out.
local starts, lives, ranks, graphs, hooks, named, deadlines = {}, {}, {}, {}, {}, {}, {}
local function webhooks(key) return call('HGETALL', key) end
local function deadline(ms) return text(now + tonumber(ms)) end

-- What is refused; else what is to count if the run is made.
local function over_limits(k, a)
  local per_minute, most_live, most_bytes = tonumber(ARGV[18]), tonumber(ARGV[19]), tonumber(ARGV[23])
  local rate, live
  if per_minute > 0 then
    rate = known(starts, KEYS[16], started)
    local wait = until_free(rate, KEYS[16], per_minute, now)
    if wait then return { 'limited', 'rate', wait } end
  end
  if most_live > 0 then
    live = known(lives, KEYS[17], living)
    if live.before + #live >= most_live then
      return { 'limited', 'live', '' }
    end
  end
  if most_bytes > 0 and bytes_of_day(KEYS[21]) >= most_bytes then
    return { 'limited', 'bytes', rest_of_day(now) }
  end
  return nil, rate, live
end

-- Why no run is to be made.
local function known_before(k, a)
  if named[KEYS[1]] or call('EXISTS', KEYS[1]) == 1 then
    return { 'repeat', ARGV[1] }
  end
  local seen = ARGV[2] ~= '' and (named[KEYS[10]] or call('GET', KEYS[10]))
  if seen then
    local digest, run = string.match(seen, '^(%S+) (%S+)$')
    local run_key = string.sub(KEYS[1], 1, -#ARGV[1] - 1) .. run
    if named[run_key] or call('EXISTS', run_key) == 1 then
      return { digest == ARGV[2] and 'repeat' or 'conflict', run }
    end
  end
  if ARGV[20] ~= 'none' then
    local there, removing = unpack(call('HMGET', KEYS[18], 'status', 'removing'))
    if not there or removing then
      return { 'sourceless' }
    end
  end
end

local function record_of(k, a, live)
  local record, given, n = {
    'status', 'queued', 'seq', '1', 'drives', '0', 'created_at', at_now, 'touched', at_now,
    'start_deadline_at', known(deadlines, ARGV[5], deadline), 'run_deadline_at', known(deadlines, ARGV[6], deadline),
  }, {}, 14
  for at = FIRST.arg, FIRST.arg + 2 * tonumber(ARGV[9]) - 1, 2 do
    local name, value = ARGV[at], ARGV[at + 1]
    given[name] = value
    record[n + 1], record[n + 2], n = name, value, n + 2
  end
  if live then
    record[n + 1], record[n + 2], n = 'live', KEYS[17], n + 2
  end
  if tonumber(ARGV[23]) > 0 then
    record[n + 1], record[n + 2] = 'bytes_key', KEYS[21]
  end
  return record, given
end

-- The answer, and the run that is to be made.
local function judge(k, a)
  local answer, rate, live = known_before(k, a)
  if not answer then
    answer, rate, live = over_limits(k, a)
  end
  if answer then return answer end
  local run = { k = k, a = a, rate = rate, answer = { 'created', at_now, '', '' } }
  run.record, run.given = record_of(k, a, live)
  run.hooks = known(hooks, ARGV[14] .. run.given.owner, webhooks)
  -- Nothing of it fails any more: it counts.
  if rate then
    rate[#rate + 1] = at_now
    rate.most, run.nth = tonumber(ARGV[18]), #rate
  end
  if live then
    live[#live + 1] = ARGV[1]
  end
  named[KEYS[1]] = true
  if ARGV[2] ~= '' then
    named[KEYS[10]] = ARGV[2] .. ' ' .. ARGV[1]
  end
  return run.answer, run
end

-- Many fields at a time, and never more than Lua can hand over.
local PART = 1000
local function put_pairs(key, at, count)
  local stop = at + 2 * tonumber(count)
  for from = at, stop - 1, PART do
    call('HSET', key, unpack(ARGV, from, math.min(from + PART, stop) - 1))
  end
  return stop
end

local function link_to(names, prefix, run)
  for name in string.gmatch(names, '%S+') do call('SADD', prefix .. name, run) end
end

local function link(k, a, given)
  if ARGV[20] ~= 'none' then
    call('ZADD', KEYS[19], at_now, ARGV[1])
  end
  if given.makers then link_to(given.makers, ARGV[21], ARGV[1]) end
  if given.files then link_to(given.files, ARGV[12], ARGV[1]) end
  local graph = known(graphs, KEYS[9], nothing)
  graph.count, graph.runs, graph.digest, graph.text = (graph.count or 0) + 1, KEYS[11], given.digest, ARGV[4]
end

local function create(k, a, run)
  local given, record, id = run.given, run.record, ARGV[1]
  call('HSET', KEYS[1], unpack(record))
  local at = put_pairs(KEYS[2], FIRST.arg + 2 * tonumber(ARGV[9]), ARGV[10])
  put_pairs(KEYS[20], put_pairs(KEYS[4], at, ARGV[11]), ARGV[22])
  link(k, a, given)
  -- What the record would say of its first event is known already.
  write_event(KEYS[3], ARGV[8], '1', now, 'run.queued', '', ARGV[7])
  if given.webhook_events or run.hooks[1] then
    post_to({
      run = id, outbox = KEYS[14], of_run = KEYS[15],
      id = ARGV[13], hooks = ARGV[14], lanes = ARGV[15], rows = ARGV[16], of_hook = ARGV[17], asked = run.hooks,
    }, { kind = 'run.queued', seq = '1', at = now }, given.owner, given.webhook_events, given.webhook_lane)
  end
  rank(ranks, KEYS[6], record[12], WIRE.timers.start_deadline(id))
  rank(ranks, KEYS[6], record[14], WIRE.timers.run_deadline(id))
  rank(ranks, KEYS[7], at_now, id)
  rank(ranks, KEYS[8], at_now, id)
  rank(ranks, KEYS[12], at_now, id)
  rank(ranks, KEYS[13], at_now, id)
  if ARGV[2] ~= '' then
    call('SET', KEYS[10], named[KEYS[10]], 'PX', ARGV[3])
  end
  call('XADD', KEYS[5], '*', 'run', id, 'body', '{"kind":"submitted"}')
end

local answers, runs, k, a = {}, {}, 0, 1
while a <= #ARGV do
  local ok, answer, run = pcall(judge, k, a)
  answers[#answers + 1] = ok and answer or { 'failed', type(answer) == 'table' and answer.err or tostring(answer) }
  runs[#runs + 1] = run
  k, a = k + EACH.keys, a + 1 + tonumber(ARGV[a])
end
for _, run in ipairs(runs) do
  create(run.k, run.a, run)
end
add_ranks(ranks)
add_counted(starts, lives, now)
for _, run in ipairs(runs) do
  if run.rate then
    run.answer[3], run.answer[4] = text(run.rate.left + #run.rate - run.nth), run.rate.reset
  end
end
-- It is there as long as a run has it: purge removes it with the last.
for key, graph in pairs(graphs) do
  if call('HINCRBY', graph.runs, graph.digest, graph.count) == graph.count then
    call('SET', key, graph.text)
  end
end
return answers
