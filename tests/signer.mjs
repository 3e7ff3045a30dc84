// SPDX-License-Identifier: Apache-2.0
// viem as a wallet whose keys are elsewhere: it speaks to vouchd as it would
// to a node that holds accounts, and does not know what it is.
//   node signer.mjs URL TOKEN ADDRESS CONTRACT
// Prints 'ok WHAT' for each thing that held; exit 0 only if all did.
import assert from "node:assert/strict";
import {
	createWalletClient, createPublicClient, hashTypedData, hashMessage, http,
	parseEther, parseTransaction, recoverAddress, recoverTransactionAddress,
	verifyMessage, verifyTypedData,
} from "viem";
import { foundry } from "viem/chains";

const [url, token, address, contract] = process.argv.slice(2);
const transport = http(url, {
	fetchOptions: { headers: { Authorization: `Bearer ${token}` } },
	retryCount: 0,
});
const wallet = createWalletClient({ account: address, chain: foundry, transport });
const client = createPublicClient({ chain: foundry, transport, pollingInterval: 50 });
const to = "0x00000000000000000000000000000000000beef1";
const same = (a, b) => a.toLowerCase() === b.toLowerCase();
const ok = (what) => console.log(`ok ${what}`);

assert((await wallet.getAddresses()).some((a) => same(a, address)));
ok("eth_accounts");

assert.equal(await client.getChainId(), foundry.id);
assert(await client.getBalance({ address }) > 0n);
ok("what is not vouchd's own goes to the node");

for (const message of ["hello", "", "grüße", { raw: "0x00ff" }]) {
	const signature = await wallet.signMessage({ message });
	assert(await verifyMessage({ address, message, signature }));
	assert(same(address, await recoverAddress({
		hash: hashMessage(message), signature })));
}
ok("personal_sign");

const typed = {
	domain: { name: "Test", version: "1", chainId: foundry.id,
		verifyingContract: contract },
	types: {
		Person: [{ name: "name", type: "string" },
			{ name: "wallets", type: "address[]" }],
		Order: [{ name: "from", type: "Person" },
			{ name: "to", type: "Person[2]" },
			{ name: "amount", type: "uint256" },
			{ name: "delta", type: "int64" },
			{ name: "least", type: "int8" },
			{ name: "flags", type: "bytes4" },
			{ name: "data", type: "bytes" },
			{ name: "open", type: "bool" }],
	},
	primaryType: "Order",
	message: {
		from: { name: "A", wallets: [to, address] },
		to: [{ name: "B", wallets: [] }, { name: "C", wallets: [to] }],
		amount: 2n ** 256n - 1n, delta: -5n, least: -128,
		flags: "0x01020304", data: "0xdeadbeef", open: true,
	},
};
const signature = await wallet.signTypedData(typed);
assert(await verifyTypedData({ ...typed, address, signature }));
assert(same(address, await recoverAddress({
	hash: hashTypedData(typed), signature })));
ok("eth_signTypedData_v4, nested");
await assert.rejects(wallet.signTypedData({
	...typed, domain: { ...typed.domain, chainId: 1 } }), /not on the key/);
await assert.rejects(wallet.signTypedData({
	...typed, domain: { ...typed.domain, name: "ERC4337" } }), /purpose/);
ok("typed data off the list is refused");

const before = await client.getBalance({ address: to });
const hash = await wallet.sendTransaction({ to, value: parseEther("0.1") });
const receipt = await client.waitForTransactionReceipt({ hash });
assert.equal(receipt.status, "success");
assert(same(receipt.from, address));
assert.equal(await client.getBalance({ address: to }) - before, parseEther("0.1"));
ok("eth_sendTransaction, everything else filled in");

const many = await Promise.all([1n, 2n, 3n, 4n, 5n].map((value) =>
	wallet.sendTransaction({ to, value })));
const blocks = await Promise.all(many.map((one) =>
	client.waitForTransactionReceipt({ hash: one })));
assert(blocks.every((one) => one.status === "success"));
assert.equal(new Set(many).size, 5);
ok("five at once take five nonces");

const accessList = [{ address: contract, storageKeys: [`0x${"11".repeat(32)}`] }];
const forms = {
	legacy: { type: "legacy", gasPrice: 3n * 10n ** 9n },
	eip2930: { type: "eip2930", gasPrice: 3n * 10n ** 9n, accessList },
	eip1559: { type: "eip1559", maxFeePerGas: 3n * 10n ** 9n,
		maxPriorityFeePerGas: 10n ** 9n },
	listed: { type: "eip1559", maxFeePerGas: 3n * 10n ** 9n,
		maxPriorityFeePerGas: 0n, accessList },
	data: { type: "eip1559", maxFeePerGas: 3n * 10n ** 9n,
		maxPriorityFeePerGas: 1n, data: `0x${"ab".repeat(300)}` },
};
for (const [name, form] of Object.entries(forms)) {
	const nonce = await client.getTransactionCount({ address });
	const asked = { to, value: 7n, gas: 100000n, nonce, ...form };
	const raw = await wallet.signTransaction(asked);
	assert(same(address, await recoverTransactionAddress({
		serializedTransaction: raw })), name);
	const back = parseTransaction(raw);
	assert(same(back.to, to) && back.value === 7n && (back.nonce ?? 0) === nonce);
	const sent = await wallet.sendRawTransaction({ serializedTransaction: raw });
	const mined = await client.waitForTransactionReceipt({ hash: sent });
	assert.equal(mined.status, "success", name);
	ok(`eth_signTransaction, ${name}`);
}

const deploy = await wallet.sendTransaction({ data: "0x5f5ff3", gas: 100000n });
assert((await client.waitForTransactionReceipt({ hash: deploy })).contractAddress);
ok("a contract is created");

await assert.rejects(wallet.sendTransaction({ to, value: parseEther("100") }),
	/limit/);
ok("over the daily limit is refused");
await assert.rejects(client.call({ to: "0x0000000000000000000000000000000000000001",
	data: "0x", gas: 1n }));
ok("the node's own refusals come through");
