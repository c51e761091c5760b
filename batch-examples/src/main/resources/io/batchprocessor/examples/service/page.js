// Shows what /api/events tells, and asks for what the buttons say. Everything from outside is set as
// text, never as markup.

import { Charts } from "./charts.js";

const $ = (id) => document.getElementById(id);
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const charts = new Charts($("charts"));

const AGAIN_MILLIS = 5000;

let token = sessionStorage.getItem("token");
let stats = null;
let lettersSeen = -1;

function put(id, value) {
  const text = String(value);
  if ($(id).textContent !== text) $(id).textContent = text;
}

/** A time that a person reads at a glance: two units at the most. */
function span(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const s = Math.max(0, seconds);
  if (s < 10) return `${tenth.format(s)} s`;
  if (s < 60) return `${Math.floor(s)} s`;
  if (s < 600) return `${Math.floor(s / 60)} min ${Math.floor(s % 60)} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
}

function rate(value) {
  return value < 100 ? tenth.format(value) : whole.format(value);
}

function make(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function rows(id, list, columns, empty, cells) {
  const body = $(id);
  if (!list || list.length === 0) {
    body.replaceChildren(make("tr", {}, make("td", { className: "empty", colSpan: columns }, empty)));
  } else {
    body.replaceChildren(...list.map((one) => make("tr", {}, ...cells(one))));
  }
}

function td(className, ...children) {
  return make("td", { className }, ...children);
}

function show(now) {
  stats = now;
  document.title = `${now.name} · ${now.paused ? "paused" : now.state.toLowerCase()}`;
  put("name", now.name);
  const [word, tone] = now.state !== "RUNNING" ? [now.state.toLowerCase(), "warn"]
    : now.paused ? ["paused", "warn"]
    : now.healthy ? ["running", "ok"] : ["troubled", "bad"];
  put("state", word);
  $("state").dataset.tone = tone;
  put("health", now.health);

  put("rate", rate(now.perSecond.succeeded + now.perSecond.failed));
  put("succeeded", whole.format(now.succeeded));
  put("failed", whole.format(now.failed));
  const limit = now.pools.reduce((sum, pool) => sum + pool.limit, 0);
  put("in-flight", whole.format(now.inFlight));
  put("limit", whole.format(limit));
  $("in-flight-bar").style.width = `${limit ? Math.min(100, (100 * now.inFlight) / limit) : 0}%`;
  put("buffered", whole.format(now.buffered));
  put("settling", whole.format(now.settling));
  put("retried", whole.format(now.retried));
  put("shed", whole.format(now.shed));
  put("dead-lettered", whole.format(now.deadLettered));
  put("released", whole.format(now.released));
  put("leases-lost", whole.format(now.leasesLost));
  put("broker-failures", whole.format(now.brokerFailures));
  put("user-code-failures", whole.format(now.userCodeFailures));
  showQueues(now);
  showMargin(now.deadlineMargin);

  charts.add(now.sample);
  $("signal-legend").hidden = now.signal === null;
  put("signal-name", now.signal ?? "");

  rows("retries", now.retries, 4, now.retries === null ? "The transport can’t tell." : "Nothing waits for another attempt.", (one) => [
    td("id", one.id || "(no id)"),
    td("", one.queue),
    td("num", String(one.attempt)),
    td("num", due(one.dueAt, now.time)),
  ]);
  rows("causes", now.causes, 4, "Nothing has failed.", (one) => [
    td("", one.cause),
    td(one.ended ? "word-bad" : "word-warn", one.ended ? "ended" : "tried again"),
    td("num", whole.format(one.count)),
    td("", `${span((Date.parse(now.time) - Date.parse(one.lastAt)) / 1000)} ago`, make("span", { className: "sub" }, one.lastId)),
  ]);
  showPools(now.pools);
  showControls(now);
  put("uptime", span(now.uptimeSeconds));
  put("sequence", now.sequence);
  if (token && now.deadLettered !== lettersSeen) {
    lettersSeen = now.deadLettered;
    loadLetters().catch((failure) => say(failure.message, "bad"));
  }
}

function due(at, now) {
  if (at === null) return "now";
  const left = (Date.parse(at) - Date.parse(now)) / 1000;
  return left <= 0 ? "now" : `in ${span(left)}`;
}

function showQueues(now) {
  const queues = now.queues;
  const requests = (queues ?? []).filter((queue) => !queue.retry);
  put("waiting", queues ? whole.format(requests.reduce((sum, queue) => sum + queue.waiting, 0)) : "–");
  const ages = requests.map((queue) => queue.oldestSeconds).filter((age) => age !== null);
  put("oldest", queues === null ? "the transport can’t tell" : ages.length ? `oldest ${span(Math.max(...ages))}` : "in the broker’s queues");
  const retry = (queues ?? []).find((queue) => queue.retry);
  put("retry-waiting", whole.format(retry ? retry.waiting : now.waitingForRetry));
  rows("queues", queues, 4, "The transport can’t tell.", (queue) => [
    queue.retry ? td("", queue.queue, make("span", { className: "sub" }, "retries")) : td("", queue.queue),
    td("num", whole.format(queue.waiting)),
    td("num", whole.format(queue.leased)),
    td("num", span(queue.oldestSeconds)),
  ]);
}

function showMargin(margin) {
  put("margin", span(margin.medianSeconds));
  put("margin-detail", margin.inTime + margin.late === 0
    ? "of the last two minutes"
    : `least ${span(margin.leastSeconds)} · ${whole.format(margin.late)} late`);
}

/** A slider for each pool; what a hand is on is left alone. */
function showPools(pools) {
  const host = $("pools");
  const names = JSON.stringify(pools.map((pool) => pool.name));
  if (host.dataset.names !== names) {
    host.dataset.names = names;
    host.replaceChildren(...pools.map((pool, index) => {
      const slider = make("input", { type: "range", min: 1, max: pool.concurrency, value: pool.limit, id: `limit-${index}` });
      slider.dataset.pool = pool.name;
      const output = make("output", { id: `limit-${index}-value` });
      output.setAttribute("for", slider.id);
      slider.addEventListener("input", () => { output.textContent = `${slider.value} of ${slider.max}`; });
      slider.addEventListener("change", () => {
        act("/api/concurrency", { pool: pool.name, concurrency: Number(slider.value) },
          `Pool ${pool.name} may have ${slider.value} in flight.`);
      });
      const label = make("label", {}, make("span", {}, pools.length === 1 ? "Concurrency" : `Concurrency of ${pool.name}`), output);
      label.setAttribute("for", slider.id);
      return make("div", { className: "pool" }, label, slider);
    }));
  }
  pools.forEach((pool, index) => {
    const slider = $(`limit-${index}`);
    slider.disabled = !token;
    slider.max = pool.concurrency;
    if (document.activeElement !== slider || slider.disabled) {
      slider.value = pool.limit;
      put(`limit-${index}-value`, `${pool.limit} of ${pool.concurrency}`);
    }
  });
}

function showControls(now) {
  const running = now.state === "RUNNING";
  $("no-token").hidden = now.controls;
  $("unlock-form").hidden = !now.controls || token !== null;
  put("lock", token ? "unlocked" : now.controls ? "locked" : "read only");
  $("pause").textContent = now.paused ? "Resume" : "Pause";
  $("pause").disabled = !token || !running;
  $("cancel-id").disabled = !token;
  $("cancel").disabled = !token;
  $("letters-hint").hidden = token !== null;
  if (!now.controls) put("letters-hint", "Shown to whoever has the token; none is set.");
}

function say(text, tone) {
  put("message", text);
  $("message").dataset.tone = tone;
}

async function ask(path, options = {}) {
  const answer = await fetch(path, {
    ...options,
    headers: { ...options.headers, Authorization: `Bearer ${token}` },
  });
  const body = await answer.json();
  if (answer.status === 401) lock();
  if (!answer.ok) throw new Error(body.error);
  return body;
}

async function act(path, body, done) {
  try {
    const answer = await ask(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    say(answer.done ? done : "There was nothing to do.", answer.done ? "ok" : "");
  } catch (failure) {
    say(failure.message, "bad");
  }
}

function lock() {
  token = null;
  sessionStorage.removeItem("token");
  $("letters").replaceChildren();
  lettersSeen = -1;
  if (stats) show(stats);
}

async function unlock(entered) {
  token = entered;
  try {
    await loadLetters();
    sessionStorage.setItem("token", entered);
    say("Unlocked for this tab.", "ok");
  } catch (failure) {
    say(failure.message, "bad");
  }
  if (stats) show(stats);
}

async function loadLetters() {
  const answer = await fetch("/api/dead-letters", { headers: { Authorization: `Bearer ${token}` } });
  const body = await answer.json();
  if (answer.status === 401 || answer.status === 403) {
    lock();
    throw new Error(body.error);
  }
  if (!answer.ok) {
    $("letters").replaceChildren(make("p", { className: "fine" }, body.error));
    return;
  }
  const letters = body.deadLetters.map(letter);
  $("letters").replaceChildren(...(letters.length ? letters : [make("p", { className: "fine" }, "There are none.")]));
}

function letter(one) {
  const retry = make("button", { type: "button" }, "Try again");
  const drop = make("button", { type: "button", className: "danger" }, "Drop");
  retry.setAttribute("aria-label", `Try dead letter ${one.key} again`);
  drop.setAttribute("aria-label", `Drop dead letter ${one.key}`);
  const settle = async (action, done) => {
    await act(`/api/dead-letters/${action}`, { key: one.key }, done);
    await loadLetters().catch((failure) => say(failure.message, "bad"));
  };
  retry.addEventListener("click", () => settle("retry", "It is back in its queue."));
  drop.addEventListener("click", () => settle("drop", "It is gone."));
  const about = `from ${one.queue}, ${whole.format(one.bytes)} bytes${one.storedAt ? `, ${new Date(one.storedAt).toLocaleString()}` : ""}`;
  return make("div", { className: "letter" },
    make("div", { className: "row" },
      make("div", {}, make("p", {}, one.reason ?? "No id could be read from it."), make("p", { className: "fine" }, about)),
      make("div", { className: "row" }, retry, drop)),
    one.body === undefined
      ? make("p", { className: "fine" }, "What it says is hidden: http.payloads is false.")
      : make("details", {}, make("summary", {}, one.cut ? "How it begins" : "What it says"), make("pre", { tabIndex: 0 }, one.body)));
}

$("pause").addEventListener("click", () => {
  if (stats.paused) act("/api/resume", {}, "It goes on.");
  else act("/api/pause", {}, "Paused: what is in flight goes on to its end.");
});
$("unlock-form").addEventListener("submit", (event) => {
  event.preventDefault();
  unlock($("token").value);
  $("token").value = "";
});
$("cancel-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const id = $("cancel-id").value;
  act("/api/cancel", { id }, `Asked for ${id} to be cancelled.`);
});
for (const choice of document.querySelectorAll("[data-span]")) {
  choice.addEventListener("click", () => {
    for (const other of document.querySelectorAll("[data-span]")) other.setAttribute("aria-pressed", String(other === choice));
    charts.show(Number(choice.dataset.span));
  });
}

function connected(is) {
  put("live", is ? "live" : "connection lost, trying again");
  $("live-dot").dataset.tone = is ? "ok" : "bad";
}

async function begin() {
  try {
    charts.begin((await (await fetch("/api/history")).json()).samples);
  } catch {
    // The stream goes on from here.
  }
  const events = new EventSource("/api/events");
  events.addEventListener("stats", (event) => {
    connected(true);
    show(JSON.parse(event.data));
  });
  events.addEventListener("error", () => {
    connected(false);
    // What broke off the browser tries again by itself; what was refused it gives up for good.
    if (events.readyState === EventSource.CLOSED) setTimeout(begin, AGAIN_MILLIS);
  });
}

begin();
