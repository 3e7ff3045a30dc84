#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// The Solidity compiler as forge wants to call it, over the wasm build that
// npm installs: `--version`, and `--standard-json` from stdin to stdout.
"use strict";
const fs = require("node:fs");

// A pipe to forge may be full for a moment: write until all is out.
function writeAll(text) {
	const bytes = Buffer.from(text);
	for (let done = 0; done < bytes.length;) {
		try {
			done += fs.writeSync(1, bytes, done);
		} catch (error) {
			if (error.code !== "EAGAIN") throw error;
			Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
		}
	}
}

if (process.argv.includes("--version")) {
	// From the package, not from the compiler: loading that takes a second.
	const { version } = require("solc/package.json");
	writeAll(`solc, the solidity compiler\nVersion: ${version}+commit.0\n`);
} else if (process.argv.includes("--standard-json")) {
	writeAll(require("solc").compile(fs.readFileSync(0, "utf8")));
} else {
	console.error("usage: solc-js.cjs --version | --standard-json <input.json");
	process.exitCode = 2;
}
