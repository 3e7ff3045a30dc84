// SPDX-License-Identifier: Apache-2.0
// ethers as a wallet whose keys are elsewhere, beside viem (signer.mjs): its
// JsonRpcSigner speaks to vouchd as to any node that holds accounts.
//   node signer_ethers.mjs URL TOKEN ADDRESS CONTRACT
// Prints 'ok WHAT' for each thing that held; exit 0 only if all did.
import assert from "node:assert/strict";
import {
	FetchRequest, JsonRpcProvider, Transaction, parseEther, verifyMessage,
	verifyTypedData,
} from "ethers";

const [url, token, address, contract] = process.argv.slice(2);
const request = new FetchRequest(url);
request.setHeader("Authorization", `Bearer ${token}`);
const provider = new JsonRpcProvider(request, undefined,
	{ polling: true, pollingInterval: 50, cacheTimeout: -1 });
const signer = await provider.getSigner(address);
const to = "0x00000000000000000000000000000000000E7e25".toLowerCase();
const same = (a, b) => a.toLowerCase() === b.toLowerCase();
const ok = (what) => console.log(`ok ${what}`);

assert((await provider.listAccounts()).some((s) => same(s.address, address)));
assert(same(await signer.getAddress(), address));
ok("eth_accounts");

for (const message of ["hello", "", "grüße", Uint8Array.of(0, 255)])
	assert(same(verifyMessage(message, await signer.signMessage(message)), address));
ok("personal_sign");
assert(same(verifyMessage("old", await signer._legacySignMessage("old")), address));
ok("eth_sign");

const { chainId } = await provider.getNetwork();
const domain = { name: "Test", version: "1", chainId, verifyingContract: contract };
const types = {
	Person: [{ name: "name", type: "string" }, { name: "wallets", type: "address[]" }],
	Order: [{ name: "from", type: "Person" }, { name: "to", type: "Person[2]" },
		{ name: "amount", type: "uint256" }, { name: "delta", type: "int64" },
		{ name: "least", type: "int8" }, { name: "flags", type: "bytes4" },
		{ name: "data", type: "bytes" }, { name: "open", type: "bool" }],
};
const order = {
	from: { name: "A", wallets: [to, address] },
	to: [{ name: "B", wallets: [] }, { name: "C", wallets: [to] }],
	amount: 2n ** 256n - 1n, delta: -5n, least: -128,
	flags: "0x01020304", data: "0xdeadbeef", open: true,
};
assert(same(address, verifyTypedData(domain, types, order,
	await signer.signTypedData(domain, types, order))));
ok("eth_signTypedData_v4, nested");
await assert.rejects(signer.signTypedData({ ...domain, chainId: 1 }, types, order),
	/not on the key/);
ok("typed data off the list is refused");

const before = await provider.getBalance(to);
const sent = await signer.sendTransaction({ to, value: parseEther("0.1") });
const receipt = await sent.wait();
assert.equal(receipt.status, 1);
assert(same(receipt.from, address));
assert.equal(await provider.getBalance(to) - before, parseEther("0.1"));
ok("eth_sendTransaction, everything else filled in");

const accessList = [{ address: contract, storageKeys: [`0x${"11".repeat(32)}`] }];
const forms = [
	{ type: 0, gasPrice: 3n * 10n ** 9n },
	{ type: 1, gasPrice: 3n * 10n ** 9n, accessList },
	{ type: 2, maxFeePerGas: 3n * 10n ** 9n, maxPriorityFeePerGas: 10n ** 9n,
		accessList, data: `0x${"ab".repeat(300)}` },
];
for (const form of forms) {
	const raw = await signer.signTransaction({ to, value: 7n, gasLimit: 100000n,
		chainId, nonce: await signer.getNonce(), ...form });
	const read = Transaction.from(raw);
	assert(same(read.from, address) && same(read.to, to) && read.value === 7n);
	assert.equal(read.type, form.type);
	const mined = await (await provider.broadcastTransaction(raw)).wait();
	assert.equal(mined.status, 1);
	ok(`eth_signTransaction, type ${form.type}`);
}

await assert.rejects(signer.sendTransaction({ to, value: parseEther("100") }), /limit/);
ok("over the daily limit is refused");
provider.destroy();
