// SPDX-License-Identifier: Apache-2.0
// The console: asks the node it was loaded from, shows what it says, and can
// do nothing else. Everything shown is set as text, never as markup.

const STATE_MS = 2000;
const HEALTH_MS = 5000;
const LOG_ROWS = 100;
const SPOKEN_MS = 3000;
const WEI = 10n ** 18n;

const $ = (id) => document.getElementById(id);

function el(tag, attributes = {}, ...children) {
	const node = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes))
		node.setAttribute(name, value);
	node.append(...children);
	return node;
}

function svg(tag, attributes) {
	const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
	for (const [name, value] of Object.entries(attributes))
		node.setAttribute(name, value);
	return node;
}

function text(id, value) {
	if ($(id).textContent !== value)
		$(id).textContent = value;
}

function show(id, yes) {
	$(id).hidden = !yes;
}

// ---- numbers as people read them ----

function count(n) {
	return Number(n).toLocaleString("en");
}

function many(n, one, more = one + "s") {
	return `${count(n)} ${Number(n) === 1 ? one : more}`;
}

// An amount of wei in ether: exact where short, else six digits after the dot.
function ether(wei) {
	const value = BigInt(wei);
	const whole = value / WEI;
	const rest = (value % WEI).toString().padStart(18, "0");
	const short = rest.slice(0, 6).replace(/0+$/, "");
	if (value > 0n && whole === 0n && short === "")
		return "< 0.000001 ETH";
	return `${whole.toLocaleString("en")}${short ? "." + short : ""} ETH`;
}

function short(hex) {
	return `${hex.slice(0, 8)}…${hex.slice(-6)}`;
}

function duration(s) {
	if (s < 60)
		return `${s} s`;
	if (s < 3600)
		return `${Math.floor(s / 60)} min`;
	if (s < 172800)
		return `${Math.floor(s / 3600)} h ${Math.floor(s / 60) % 60} min`;
	return `${Math.floor(s / 86400)} days`;
}

function clock(seconds) {
	const at = new Date(seconds * 1000);
	const today = at.toDateString() === new Date().toDateString();
	return today ? at.toLocaleTimeString("en-GB")
		: at.toLocaleString("en-GB", {
			day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
		});
}

function digits(value) {
	return value >= 100 ? count(Math.round(value))
		: value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

// ---- health: for everybody ----

function showHealth(state, title, sentence, reasons) {
	$("health").dataset.state = state;
	text("health", title);
	text("health-text", sentence);
	$("reasons").replaceChildren(...reasons.map((r) => el("li", {}, r)));
	show("reasons", reasons.length > 0);
}

async function askHealth() {
	let health;
	try {
		// 503 is an answer too
		health = await (await fetch("/health", { cache: "no-store" })).json();
	} catch {
		showHealth("bad", "Not reachable.",
			"The node does not answer; this page keeps asking.", []);
		return;
	}
	if (health.ready && health.degraded.length === 0)
		showHealth("good", "Healthy.", "The node serves and its TEE answers.", []);
	else if (health.ready)
		showHealth("bad", "Under strain.", "The node serves, but:", health.degraded);
	else
		showHealth("bad", "Not ready.", "The node is there, but does not serve:",
			health.degraded);
	showTee(health.tee);
}

// ---- the TEE and what it is worth ----

const EMULATED = "An ordinary program on this machine. Nothing protects its " +
	"keys from whoever has the machine, or from whoever gets in. Good for " +
	"building and trying; never for money that matters.";
const REAL = "Its keys are made inside and leave it only sealed. Attacks on " +
	"such hardware are known and public: that is why nothing leaves an " +
	"account without its passkey too.";

// What each word of the evidence promises: [title, { word: meaning }].
const WORDS = {
	erase: ["deleting a key", {
		none: "cannot be made to hold: a copy of the disk may still have it",
		file: "overwrites a file: only as good as this machine’s disk",
	}],
	protect: ["an older copy of the log", {
		none: "nothing in the hardware stops one from being put back",
	}],
	counter: ["an older log alone", {
		file: "is refused at the start: the device’s counters are ahead of it",
		none: "is not noticed by the TEE: it keeps no counter",
	}],
	detect: ["noticing an older copy", {
		client: "clients notice by the receipts they keep",
		none: "nobody would notice",
	}],
	seal: ["stored keys open for", {
		device: "this device, whatever version runs on it",
		signer: "any program with the same signer, not this version only",
		measurement: "this very program only",
	}],
	signer: ["the program was signed by", {
		development: "a development key, which anyone may have",
		release: "the release keys",
	}],
};

function showTee(platform) {
	const emulated = platform.includes("EMULATED");
	$("tee").dataset.worth = emulated ? "none" : "hardware";
	text("tee-name", platform);
	text("tee-worth", emulated ? EMULATED : REAL);
	show("tee", true);
}

function showEvidence(evidence) {
	const rows = Object.entries(WORDS).map(([key, [title, meanings]]) =>
		el("div", {}, el("dt", {}, title),
			el("dd", {}, el("b", {}, evidence[key]), meanings[evidence[key]] ?? "")));
	const measured = !/^0x0*$/.test(evidence.measurement);
	rows.push(el("div", {}, el("dt", {}, "measurement"), el("dd", {},
		el("b", {}, measured ? short(evidence.measurement) : "none"),
		measured ? "compare the whole with `vouch tee`"
			: "nobody has measured what program runs")));
	$("tee-words").replaceChildren(...rows);
}

async function askEvidence() {
	const challenge = "0x" + Array.from(crypto.getRandomValues(new Uint8Array(32)),
		(b) => b.toString(16).padStart(2, "0")).join("");
	const answer = await fetch("/", {
		method: "POST",
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify({
			jsonrpc: "2.0", id: 1, method: "kms_attest", params: { challenge },
		}),
	});
	const { result } = await answer.json();
	if (result?.challenge === challenge)
		showEvidence(result);
}

// ---- plots ----

const WIDTH = 300;
const HEIGHT = 100;

function line(values, top) {
	const step = WIDTH / (values.length - 1);
	return values.map((v, i) => `${i ? "L" : "M"}${(i * step).toFixed(1)} ` +
		`${(HEIGHT - v / top * HEIGHT).toFixed(1)}`).join("");
}

// The next round number: 1, 2 or 5 times a power of ten.
function ceiling(value) {
	const ten = 10 ** Math.floor(Math.log10(value));
	return [1, 2, 5, 10].map((n) => n * ten).find((n) => n >= value);
}

function plot(id, a, b, least, unit, label) {
	const top = ceiling(Math.max(least, ...a, ...b));
	const picture = svg("svg", {
		viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none",
		role: "img", "aria-label": label,
	});
	for (const y of [0, HEIGHT / 2, HEIGHT])
		picture.append(svg("path", { class: "grid", d: `M0 ${y}H${WIDTH}` }));
	picture.append(
		svg("path", { class: "area", d: `${line(a, top)}V${HEIGHT}H0Z` }),
		svg("path", { class: "b", d: line(b, top) }),
		svg("path", { class: "a", d: line(a, top) }));
	$(id).replaceChildren(picture, el("p", { class: "scale", "aria-hidden": "true" },
		el("span", {}, "5 min ago"), el("span", {}, `top line ${top} ${unit}`),
		el("span", {}, "now")));
}

const SAMPLES = 150;

function whole(list) {
	return [...Array(Math.max(0, SAMPLES - list.length)).fill(0), ...list];
}

function last(list, used) {
	for (let i = list.length - 1; i >= 0; i--)
		if (used[i] > 0)
			return list[i];
	return 0;
}

function showRates(samples) {
	const done = whole(samples.done.map((n) => n / samples.seconds));
	const refused = whole(samples.refused.map((n) => n / samples.seconds));
	const p50 = whole(samples.p50.map((us) => us / 1000));
	const p99 = whole(samples.p99.map((us) => us / 1000));
	const calls = done.map((n, i) => n + refused[i]);
	const rate = calls.at(-1);
	const half = last(p50, calls);
	text("rate-now", digits(rate));
	text("latency-now", half ? digits(half) : "–");
	plot("rate-plot", done, refused, 1, "a second",
		`Operations a second over five minutes; now ${digits(rate)}, ` +
		`at most ${digits(Math.max(...calls))}.`);
	plot("latency-plot", p50, p99, 1, "ms",
		`Milliseconds to the answer over five minutes; half of the latest ` +
		`within ${digits(half)}, 99 of 100 within ${digits(last(p99, calls))}.`);
}

// ---- accounts ----

function accountRow(account) {
	const native = account.assets[0];
	const name = el("td", {}, el("code", { title: account.address },
		short(account.address)));
	if (account.frozen)
		name.append(el("span", { class: "frozen" }, "frozen"));
	return el("tr", {}, name,
		el("td", { class: "number", "data-label": "left" },
			native ? ether(native.left) : "–"),
		el("td", { class: "number", "data-label": "of" },
			native ? ether(native.dailyLimit) : "–"),
		el("td", { "data-label": "chain" },
			account.chains.map((id) => BigInt(id).toString()).join(", ")),
		el("td", { class: "number", "data-label": "records" }, count(BigInt(account.seq))));
}

// A table of the latest of what there is; made anew only if it changed.
function latest(name, row) {
	let shown = "";
	return (all) => {
		const now = JSON.stringify(all);
		if (now === shown)
			return;
		shown = now;
		const many = Number(all.count);
		$(name).tBodies[0].replaceChildren(...all.latest.map(row));
		show(name, all.latest.length > 0);
		show(`${name}-empty`, many === 0);
		text(`${name}-state`, all.latest.length < many
			? `the ${all.latest.length} used last of ${count(many)}` : "");
	};
}

function keyRow(key) {
	return el("tr", {},
		el("td", {}, el("code", { title: key.address ?? key.publicKey },
			short(key.key))),
		el("td", { "data-label": "purpose" }, key.purpose),
		el("td", { "data-label": "type" }, key.type),
		el("td", { "data-label": "owner" }, key.owner),
		el("td", { class: "number", "data-label": "records" }, count(BigInt(key.seq))));
}

let showAccounts = latest("accounts", accountRow);
let showKeys = latest("keys", keyRow);

// ---- state ----

function showFact(name, n, one, more = one + "s") {
	text(`fact-${name}`, count(BigInt(n)));
	text(`fact-${name}-name`, Number(n) === 1 ? one : more);
}

async function askState() {
	let answer;
	try {
		answer = await fetch("/state", { cache: "no-store" });
	} catch {
		return;	// health says it
	}
	if (answer.status === 401) {
		leave();
		return;
	}
	if (!answer.ok)
		return;
	const state = await answer.json();
	showFact("accounts", state.accounts.count, "account");
	showFact("keys", state.keys.count, "key");
	showFact("records", state.log.records, "record in the log", "records in the log");
	text("fact-uptime", duration(Number(state.uptime)));
	showRates(state.samples);
	showAccounts(state.accounts);
	showKeys(state.keys);
}

// ---- the log ----

// What was decided, and why not if not; used and changed alike.
function verdict(event, yes, amount, ...who) {
	const row = [el("span", { class: `what ${event.approved ? "approved" : "refused"}` },
		event.approved ? yes : "refused"),
	el("span", { class: "amount" }, amount), el("span", { class: "who" }, ...who)];
	if (!event.approved)
		row.push(el("span", { class: "why" }, event.sentence));
	return row;
}

function fact(what, ...who) {
	return [el("span", { class: "what" }, what), el("span", { class: "amount" }),
		el("span", { class: "who" }, ...who)];
}

const PAYLOADS = {
	transaction: "a transaction", message: "a message", typed: "typed data",
	raw: "a raw digest",
};

// Each kind of record in words; one that is not here is not for this page.
const KINDS = {
	start: (event) => fact("started", "the TEE began a new incarnation of ",
		many(event.shards, "shard")),
	upgrade: (event) => fact("handed over",
		`to version ${Number(event.version)} of the trusted application`),
	account: (event, name) => fact("account", name,
		event.seq === "0x1" || event.seq === "0x0" ? " was made" : " changed"),
	decision: (event, name) => verdict(event, "approved", ether(event.cost), name,
		` by passkey ${Number(event.passkey) + 1}`),
	intent: (event, name) => verdict(event, "policy", "", name,
		` told its policy to chain ${BigInt(event.chainId)}, by passkey ` +
		`${Number(event.passkey) + 1}`),
	change: (event, name) => verdict(event, "policy", "", name, event.passkey
		? ` changed by passkey ${Number(event.passkey) + 1}`
		: ": a change that had waited holds"),
	resume: (event, name) => fact("resumed", name,
		` by passkey ${Number(event.passkey) + 1}; today’s limits count as spent`),
	key: (event, name) => fact("key", name, ` for ${event.purpose}, ${event.type}`),
	use: (event, name) => verdict(event, "signed",
		BigInt(event.cost) > 0n ? ether(event.cost) : "", name,
		` on ${PAYLOADS[event.payload] ?? "something"}`),
	delete: (event, name) => fact("deleted", name,
		event.erased ? ": erased" : ": dropped; an old copy would still open here"),
	other: () => fact("other"),
};

// Only carry a counter, or say what was saved: many, and nothing to see.
const UNSEEN = ["anchor", "snapshot"];

function describe(event) {
	const seconds = Number(event.time);
	const id = event.account ?? event.key;
	const name = id ? el("code", { title: id }, short(id)) : "";
	return [el("time", { datetime: new Date(seconds * 1000).toISOString() },
		clock(seconds)), ...(KINDS[event.kind] ?? KINDS.other)(event, name)];
}

function addRow(children) {
	const row = el("li", live ? { class: "new" } : {}, ...children);
	$("log").prepend(row);
	while ($("log").children.length > LOG_ROWS)
		$("log").lastElementChild.remove();
	show("log-empty", false);
}

// A screen reader hears the latest, not every one of many.
let spokenAt = 0;

function speak(event) {
	if (event.kind !== "decision" || Date.now() - spokenAt < SPOKEN_MS)
		return;
	spokenAt = Date.now();
	text("log-spoken", event.approved ? `Approved: ${ether(event.cost)}.`
		: `Refused: ${ether(event.cost)}. ${event.sentence}`);
}

let source = null;
let live = false;

function watchLog() {
	source = new EventSource("/events");
	source.onopen = () => {
		live = false;
		text("log-state", "live");
	};
	source.onerror = () => text("log-state", "connecting again");
	source.addEventListener("live", () => {
		live = true;
	});
	source.addEventListener("record", (message) => {
		const event = JSON.parse(message.data);
		if (!UNSEEN.includes(event.kind))
			addRow(describe(event));
		if (live) {
			speak(event);
			askSoon();
		}
	});
	source.addEventListener("gap", () => addRow([
		el("time"), el("span", { class: "gap" }, "some records are not shown here; " +
			"`vouch log show` has them all")]));
}

// After a record the numbers are new; many records are asked about once.
let soon = null;

function askSoon() {
	soon ??= setTimeout(() => {
		soon = null;
		askState();
	}, 150);
}

// ---- coming and going ----

let stateTimer = null;

function enter() {
	show("login", false);
	show("inside", true);
	show("facts", true);
	show("logout", true);
	stateTimer = setInterval(askState, STATE_MS);
	askState();
	askEvidence();
	watchLog();
}

function leave() {
	clearInterval(stateTimer);
	clearTimeout(soon);
	soon = null;
	source?.close();
	source = null;
	showAccounts = latest("accounts", accountRow);
	showKeys = latest("keys", keyRow);
	$("log").replaceChildren();
	$("tee-words").replaceChildren();
	for (const id of ["accounts", "keys"])
		$(id).tBodies[0].replaceChildren();
	show("log-empty", true);
	for (const id of ["inside", "facts", "logout"])
		show(id, false);
	show("login", true);
}

async function session(method, body) {
	return fetch("/session", {
		method, body: JSON.stringify(body),
		headers: { "Content-Type": "application/json" },
	});
}

async function login(event) {
	event.preventDefault();
	const token = $("token").value.trim();
	$("token").value = "";
	text("token-error", "");
	try {
		const answer = await session("POST", { token });
		if (answer.ok)
			enter();
		else
			text("token-error", answer.status === 401
				? "That is not a token of this node."
				: (await answer.json()).error.message);
	} catch {
		text("token-error", "The node does not answer.");
	}
	if (!$("login").hidden)
		$("token").focus();
}

async function logout() {
	try {
		await session("DELETE", {});
	} finally {
		leave();
		$("token").focus();
	}
}

async function begin() {
	text("place", location.host);
	document.title = `vouch · ${location.host}`;
	$("login-form").addEventListener("submit", login);
	$("logout").addEventListener("click", logout);
	setInterval(askHealth, HEALTH_MS);
	await askHealth();
	const answer = await (await fetch("/session")).json();
	if (answer.session)
		enter();
	else
		show("login", true);
}

begin();
