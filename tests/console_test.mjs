#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// The console page in Chromium, over a node and a chain of its own: what a
// person sees, live, and that the page asks nobody but its node. Leaves
// out/test/console*.png. Ends with 'N passed, N failed'.
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const WAIT_MS = 10000;
let passed = 0;
let failed = 0;

function check(what, good, detail = "") {
	if (good)
		passed++;
	else
		failed++;
	console.log(`${good ? "ok" : "not ok"} - ${what}${good ? "" : `: ${detail}`}`);
}

// ---- the node ----

const child = spawn("python3", [`${ROOT}tests/console_stack.py`],
	{ stdio: ["pipe", "pipe", "inherit"] });
const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
const stack = JSON.parse((await lines.next()).value);

async function ask(request) {
	child.stdin.write(JSON.stringify(request) + "\n");
	return JSON.parse((await lines.next()).value);
}

const passkey = `${stack.run}/passkey.json`;

async function createAccount() {
	await ask(["passkey", "create", "--file", passkey]);
	const made = await ask(["account", "create", "--json", "--passkey", passkey,
		...stack.node, ...stack.deploy]);
	const account = JSON.parse(made.out).address;
	await ask({ method: "anvil_setBalance", params: [account, "0xde0b6b3a7640000"] });
	return account;
}

function pay(amount) {
	return ask(["pay", "--passkey", passkey, "--to", `0x${"be".repeat(20)}`,
		"--amount", amount, "--json", ...stack.node, "--chain", stack.chain]);
}

// ---- the browser ----

const browser = await chromium.launch({
	executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
	headless: true,
	args: ["--no-sandbox", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--no-first-run",
		"--disable-default-apps", "--disable-domain-reliability"],
});

// A page that remembers everything it should not have done.
async function open(options = {}) {
	const context = await browser.newContext(options);
	const page = await context.newPage();
	page.bad = [];
	page.on("console", (m) => {
		if (["error", "warning"].includes(m.type()))
			page.bad.push(`${m.type()}: ${m.text()}`);
	});
	page.on("pageerror", (e) => page.bad.push(`exception: ${e}`));
	page.on("request", (r) => {
		if (new URL(r.url()).origin !== new URL(stack.url).origin)
			page.bad.push(`foreign request: ${r.url()}`);
		if (r.url().includes(stack.token))
			page.bad.push("the token in a URL");
	});
	await page.addInitScript(() => document.addEventListener(
		"securitypolicyviolation",
		(e) => console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`)));
	const response = await page.goto(stack.url);
	await page.waitForFunction(() =>
		document.getElementById("health").dataset.state !== "unknown");
	return { context, page, response };
}

async function login(page, token = stack.token) {
	await page.getByLabel("The node’s token").fill(token);
	await page.keyboard.press("Enter");
}

const seen = (page, selector, text) => page.locator(selector, { hasText: text })
	.first().waitFor({ timeout: WAIT_MS }).then(() => true, () => false);

// ---- contrast, as WCAG 2.2 counts it ----

function contrastsOf() {
	const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
	const rgb = (colour) => {
		canvas.clearRect(0, 0, 1, 1);
		canvas.fillStyle = colour;
		canvas.fillRect(0, 0, 1, 1);
		return [...canvas.getImageData(0, 0, 1, 1).data];
	};
	const luminance = ([r, g, b]) => [r, g, b].map((c) => c / 255)
		.map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
		.reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
	const ground = (node) => {
		for (; node; node = node.parentElement) {
			const c = rgb(getComputedStyle(node).backgroundColor);
			if (c[3] === 255)
				return c;
		}
		return [255, 255, 255, 255];
	};
	const found = [];
	for (const node of document.querySelectorAll("body *")) {
		const own = [...node.childNodes].some((c) =>
			c.nodeType === Node.TEXT_NODE && c.textContent.trim());
		if (!own || !node.checkVisibility() || node.closest("script, noscript"))
			continue;
		const [light, dark] = [luminance(rgb(getComputedStyle(node).color)),
			luminance(ground(node))].sort((a, b) => b - a);
		found.push([(light + 0.05) / (dark + 0.05),
			`${node.tagName} "${node.textContent.trim().slice(0, 30)}"`]);
	}
	return found.sort((a, b) => a[0] - b[0]);
}

async function checkContrast(page, what) {
	const found = await page.evaluate(contrastsOf);
	check(`${what}: contrast of all ${found.length} texts is 4.5 or more`,
		found.length > 5 && found[0][0] >= 4.5, found[0]?.join(" "));
}

// What a screen reader needs: names, landmarks, an order of headings.
function structureFaults() {
	const faults = [];
	const one = (selector) => {
		if (document.querySelectorAll(selector).length !== 1)
			faults.push(`not one ${selector}`);
	};
	["header", "main", "footer", "h1", "html[lang]", "[aria-live=polite]"].forEach(one);
	for (const s of document.querySelectorAll("section"))
		if (!document.getElementById(s.getAttribute("aria-labelledby")))
			faults.push(`section without a name: ${s.id}`);
	for (const field of document.querySelectorAll("input"))
		if (!field.labels.length)
			faults.push(`input without a label: ${field.id}`);
	for (const button of document.querySelectorAll("button"))
		if (!button.textContent.trim())
			faults.push("button without a name");
	for (const picture of document.querySelectorAll("svg[role=img]"))
		if (!picture.getAttribute("aria-label"))
			faults.push("picture without words");
	for (const picture of document.querySelectorAll("img"))
		if (!picture.hasAttribute("alt"))
			faults.push("img without alt");
	for (const head of document.querySelectorAll("th"))
		if (!head.scope)
			faults.push("th without scope");
	const ids = [...document.querySelectorAll("[id]")].map((n) => n.id);
	if (new Set(ids).size !== ids.length)
		faults.push("an id twice");
	let level = 0;
	for (const head of document.querySelectorAll("h1, h2, h3")) {
		const own = Number(head.tagName[1]);
		if (own > level + 1)
			faults.push(`heading skips a level: ${head.textContent}`);
		level = own;
	}
	return faults;
}

async function checkStructure(page, what) {
	const faults = await page.evaluate(structureFaults);
	check(`${what}: labels, landmarks, headings`, faults.length === 0, faults.join("; "));
}

// ---- the tests ----

async function testStranger() {
	const { context, page, response } = await open();
	const policy = response.headers()["content-security-policy"] ?? "";
	for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'",
		"connect-src 'self'", "frame-ancestors 'none'"])
		check(`policy says ${part}`, policy.includes(part), policy);
	check("policy allows nothing inline", !policy.includes("unsafe"), policy);
	check("nosniff", response.headers()["x-content-type-options"] === "nosniff");
	check("no referrer", response.headers()["referrer-policy"] === "no-referrer");
	check("a stranger sees health", await seen(page, "h1", "Healthy."));
	check("a stranger sees EMULATED", await seen(page, "#tee-name", "EMULATED"));
	const red = await page.locator("#tee-name").evaluate((n) => getComputedStyle(n).color);
	check("EMULATED is red", red === "rgb(179, 38, 30)", red);
	check("and why it matters", await seen(page, "#tee-worth", "never for money"));
	check("a stranger sees no account, log or rate",
		await page.locator("#inside").isHidden() && await page.locator("#facts").isHidden());
	await checkStructure(page, "signed out");
	await checkContrast(page, "signed out");
	await page.screenshot({ path: `${ROOT}out/test/console-login.png`, fullPage: true });
	check("nothing bad happened (signed out)", page.bad.length === 0, page.bad.join("\n"));
	await login(page, "0".repeat(64));
	check("a wrong token is refused in words",
		await seen(page, "#token-error", "not a token of this node"));
	check("and is no longer in the field",
		await page.getByLabel("The node’s token").inputValue() === "");
	await context.close();
}

async function testKeyboard() {
	const { context, page } = await open();
	const path = [];
	/* it asks the node first whether there is a session */
	await page.getByLabel("The node’s token").waitFor();
	for (let i = 0; i < 4; i++) {
		await page.keyboard.press("Tab");
		path.push(await page.evaluate(() => document.activeElement.id ||
			document.activeElement.textContent.trim()));
	}
	check("the keyboard gets everywhere in order", path.join("|") ===
		"Skip to the content|token|Open|health", path.join("|"));
	await context.close();
}

async function testLive() {
	const { context, page } = await open({ viewport: { width: 1180, height: 900 } });
	await login(page);
	check("logged in", await seen(page, "#log-state", "live"));
	const [cookie] = await context.cookies();
	check("the session's cookie is HttpOnly and SameSite=Strict",
		cookie?.httpOnly && cookie.sameSite === "Strict", JSON.stringify(cookie));
	check("no script can read it", await page.evaluate(() => document.cookie) === "");
	check("the start of the TEE is in the log", await seen(page, "#log .what", "started"));
	check("evidence in words", await seen(page, "#tee-words", "development"));
	check("with the counter", await seen(page, "#tee-words", "is refused at the start"));

	const account = await createAccount();
	const end = account.slice(-6);
	check("a new account appears live", await seen(page, "#log li.new", "was made"));
	check("and in the table", await seen(page, "#accounts td", end));
	const paid = await pay("0.02ether");
	check("a payment went through", paid.code === 0, paid.out);
	check("it appears live, approved", await seen(page, "#log li.new .approved", "approved"));
	const refused = await pay("5ether");
	check("a payment over the limit is refused", refused.code !== 0, refused.out);
	check("it appears live, refused", await seen(page, "#log li.new .refused", "refused"));
	check("with the reason", await seen(page, "#log .why", "today's limit"));
	check("and what was asked for", await seen(page, "#log .amount", "5."));
	check("what is left is less than the limit", await page.waitForFunction(() =>
		/^0\.0[0-9]+ ETH$/.test(document.querySelector("#accounts td.number")?.textContent ?? ""),
	null, { timeout: WAIT_MS }).then(() => true, () => false));
	await testKeys(page);
	await testChange(page, account);
	for (let i = 0; i < 6; i++)
		await pay(i % 3 === 2 ? "3ether" : "0.001ether");
	await page.waitForFunction(() =>
		Number(document.getElementById("latency-now").textContent) > 0, null,
	{ timeout: WAIT_MS });
	check("rates are drawn", await page.locator("svg path.a").count() === 2);
	await checkStructure(page, "signed in");
	await page.waitForTimeout(1000); // what arrives has arrived
	await checkContrast(page, "light");
	await page.screenshot({ path: `${ROOT}out/test/console.png`, fullPage: true });

	await page.emulateMedia({ colorScheme: "dark" });
	await checkContrast(page, "dark");
	await page.screenshot({ path: `${ROOT}out/test/console-dark.png`, fullPage: true });
	await page.emulateMedia({ colorScheme: "light" });
	await page.setViewportSize({ width: 375, height: 800 });
	const wide = await page.evaluate(() => document.documentElement.scrollWidth);
	check("a phone need not scroll sideways", wide <= 375, `${wide} px`);
	await page.screenshot({ path: `${ROOT}out/test/console-phone.png`, fullPage: true });
	check("nothing bad happened (signed in)", page.bad.length === 0, page.bad.join("\n"));

	await testRestart(page);
	await page.getByRole("button", { name: "End session" }).click().catch(() => {});
	await context.close();
}

// What the key service does, and what became of its keys.
async function testKeys(page) {
	const key = (...args) => ask(["key", ...args, ...stack.node]);
	const made = JSON.parse((await key("create", "--purpose", "message", "--json")).out);
	check("a new key appears live", await seen(page, "#log li.new", "for message, secp256k1"));
	check("and in its table, with its purpose", await seen(page, "#keys tr", "message") &&
		await seen(page, "#keys td", made.key.slice(-6)));
	check("it is counted", await page.waitForFunction(() =>
		document.getElementById("fact-keys").textContent === "1", null,
	{ timeout: WAIT_MS }).then(() => true, () => false));
	const signed = await key("sign", made.key, "--message", "hello");
	check("it signs", signed.code === 0, signed.out);
	check("that is shown", await seen(page, "#log li.new", "on a message"));
	const gone = await key("delete", made.key);
	check("it is deleted", gone.code === 0, gone.out);
	check("that is shown, and what it is worth",
		await seen(page, "#log li.new", "an old copy would still open"));
	check("it has left the table", await seen(page, "#keys-empty", "None yet"));
	await key("create", "--purpose", "eth", "--json");
	await seen(page, "#keys td", "eth");
}

async function testChange(page, account) {
	const tighter = await ask(["account", "fee", account, "0.01ether",
		"--passkey", passkey, ...stack.node, "--chain", stack.chain]);
	check("a policy is tightened", tighter.code === 0, tighter.out);
	check("that is shown", await seen(page, "#log li.new", "changed by passkey 1"));
	check("no record is without a name",
		await page.locator("#log .what", { hasText: "other" }).count() === 0);
}

// A node that was killed forgets sessions and keeps its log.
async function testRestart(page) {
	await ask("restart");
	check("after a restart the page asks for the token again",
		await page.locator("#login").waitFor({ timeout: 2 * WAIT_MS }).then(() => true, () => false));
	page.bad.length = 0;
	await login(page);
	check("and shows the same log", await seen(page, "#log .why", "today's limit"));
	await page.getByRole("button", { name: "End session" }).click();
	check("ending the session hides everything", await page.locator("#inside")
		.waitFor({ state: "hidden", timeout: WAIT_MS }).then(() => true, () => false));
	check("and the cookie is gone", (await page.context().cookies()).length === 0);
	await page.reload();
	check("also after a reload", await page.locator("#login").waitFor({ timeout: WAIT_MS })
		.then(() => true, () => false));
	check("nothing bad happened (after the restart)", page.bad.length === 0,
		page.bad.join("\n"));
}

mkdirSync(`${ROOT}out/test`, { recursive: true });
try {
	for (const test of [testStranger, testKeyboard, testLive])
		await test();
} catch (error) {
	check("the tests ran to their end", false, error.stack);
} finally {
	await browser.close();
	child.stdin.end();
	await new Promise((done) => child.on("exit", done));
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
