// SPDX-License-Identifier: Apache-2.0
// The same work without a service: a P-256 verification by node's own crypto
// and a secp256k1 signature by viem, in one process that holds the key.
// Prints one line of JSON: nanoseconds of CPU for each operation.
import { createHash, generateKeyPairSync, sign, verify } from "node:crypto";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";

const times = Number(process.argv[2]);
const account = privateKeyToAccount(generatePrivateKey());
const passkey = generateKeyPairSync("ec", { namedCurve: "P-256" });
const authData = Buffer.alloc(37, 5);
const clientData = Buffer.from(`{"type":"webauthn.get","challenge":"${
	"A".repeat(43)}","origin":"http://localhost:3000"}`);
const signed = Buffer.concat(
	[authData, createHash("sha256").update(clientData).digest()]);
const signature = sign("sha256", signed, passkey.privateKey);

async function both(i) {
	const hash = "0x" + createHash("sha256").update(String(i)).digest("hex");
	if (!verify("sha256", signed, passkey.publicKey, signature))
		throw new Error("the assertion does not verify");
	return account.sign({ hash });
}

async function cpuOf(count) {
	const before = process.cpuUsage();
	for (let i = 0; i < count; i++)
		await both(i);
	const spent = process.cpuUsage(before);
	return 1000 * (spent.user + spent.system) / count;
}

await cpuOf(times / 4);	// until the compiler has warmed up
console.log(JSON.stringify({ cosign: Math.round(await cpuOf(times)) }));
