// SPDX-License-Identifier: Apache-2.0
// A second opinion by viem: one JSON object a line in, one line out.
//   {"what":"userOpHash", ...packed operation, chainId, entryPoint}
//   {"what":"address", x, y, rpId, cosigner, factory, implementation}
//   {"what":"changeHash", ...a change as vouch_getAccount shows it}
//   {"what":"intentHash", account, chainId, number, settings}
//   {"what":"carried", data}: the arguments of a call of IVouchPolicy, and
//   whether the same again is the same data
//   {"what":"handleOps", ...packed operation, signature, beneficiary}
import { createInterface } from "node:readline";
import {
	concatHex, decodeFunctionData, encodeFunctionData, getContractAddress, hashTypedData, keccak256, pad,
	parseAbi, sha256, sliceHex, stringToHex,
} from "viem";
import { entryPoint08Abi, getUserOperationHash } from "viem/account-abstraction";

const half = (word, at) => BigInt(sliceHex(word, at * 16, at * 16 + 16));

function unpacked(op) {
	const has = (hex) => hex.length > 2;
	return {
		sender: op.sender,
		nonce: BigInt(op.nonce),
		...(has(op.initCode) && {
			factory: sliceHex(op.initCode, 0, 20),
			factoryData: op.initCode.length > 42 ? sliceHex(op.initCode, 20) : "0x",
		}),
		callData: op.callData,
		verificationGasLimit: half(op.accountGasLimits, 0),
		callGasLimit: half(op.accountGasLimits, 1),
		preVerificationGas: BigInt(op.preVerificationGas),
		maxPriorityFeePerGas: half(op.gasFees, 0),
		maxFeePerGas: half(op.gasFees, 1),
		...(has(op.paymasterAndData) && {
			paymaster: sliceHex(op.paymasterAndData, 0, 20),
			paymasterVerificationGasLimit: BigInt(sliceHex(op.paymasterAndData, 20, 36)),
			paymasterPostOpGasLimit: BigInt(sliceHex(op.paymasterAndData, 36, 52)),
			paymasterData: op.paymasterAndData.length > 106
				? sliceHex(op.paymasterAndData, 52) : "0x",
		}),
		signature: "0x",
	};
}

const changeTypes = {
	Change: [
		{ name: "account", type: "address" }, { name: "number", type: "uint64" },
		{ name: "config", type: "bytes32" }, { name: "frozen", type: "bool" },
		{ name: "feeMax", type: "uint128" }, { name: "origins", type: "string[]" },
		{ name: "networks", type: "Network[]" }, { name: "assets", type: "Asset[]" },
		{ name: "calls", type: "Call[]" },
	],
	Network: [
		{ name: "chainId", type: "uint64" }, { name: "entryPoint", type: "address" },
	],
	Asset: [
		{ name: "token", type: "address" }, { name: "dailyLimit", type: "uint128" },
	],
	Call: [{ name: "to", type: "address" }, { name: "selector", type: "bytes4" }],
};

const settingType = [
	{ name: "kind", type: "uint8" }, { name: "target", type: "address" },
	{ name: "selector", type: "bytes4" }, { name: "value", type: "uint128" },
];

const policyAbi = parseAbi([
	"struct Setting { uint8 kind; address target; bytes4 selector; uint128 value; }",
	"function change(Setting[] settings, bytes signature)",
	"function applyChange(uint64 number, Setting[] settings)",
	"function freeze(bytes signature)",
	"function cancel(bytes signature)",
]);

const plain = (key, value) => typeof value === "bigint" ? Number(value) : value;

const answers = {
	intentHash: (q) => hashTypedData({
		domain: {
			name: "vouch", version: "1", chainId: q.chainId, verifyingContract: q.account,
		},
		types: {
			Setting: settingType,
			Change: [
				{ name: "number", type: "uint64" }, { name: "settings", type: "Setting[]" },
			],
		},
		primaryType: "Change",
		message: { number: q.number, settings: q.settings },
	}),

	carried: (q) => {
		const call = decodeFunctionData({ abi: policyAbi, data: q.data });
		const same = encodeFunctionData({ abi: policyAbi, ...call }) === q.data;
		return JSON.stringify({ ...call, same }, plain);
	},

	changeHash: (q) => hashTypedData({
		domain: { name: "vouch", version: "1" },
		types: changeTypes,
		primaryType: "Change",
		message: {
			...q, number: BigInt(q.number), config: q.configHash,
			frozen: BigInt(q.frozen) === 1n, feeMax: BigInt(q.feeMax),
			networks: q.networks.map((n) => ({ ...n, chainId: BigInt(n.chainId) })),
			assets: q.assets.map((a) => ({ ...a, dailyLimit: BigInt(a.dailyLimit) })),
		},
	}),

	userOpHash: (q) => getUserOperationHash({
		chainId: Number(BigInt(q.chainId)),
		entryPointAddress: q.entryPoint,
		entryPointVersion: "0.8",
		userOperation: unpacked(q),
	}),

	address: (q) => {
		const commitment = sliceHex(keccak256(concatHex([
			q.x, q.y, sha256(stringToHex(q.rpId)), pad(q.cosigner),
		])), 0, 24);
		const bytecode = concatHex([
			"0x7f", commitment, "0x0000000000000000",
			"0x5f55602d80602c5f395ff3",
			"0x363d3d373d3d3d363d73", q.implementation,
			"0x5af43d82803e903d91602b57fd5bf3",
		]);
		return getContractAddress({
			opcode: "CREATE2", from: q.factory, salt: pad("0x"), bytecode,
		}).toLowerCase();
	},

	getAddress: (q) => encodeFunctionData({
		abi: parseAbi(["function getAddress(bytes24) view returns (address)"]),
		args: [sliceHex(keccak256(concatHex([
			q.x, q.y, sha256(stringToHex(q.rpId)), pad(q.cosigner),
		])), 0, 24)],
	}),

	handleOps: (q) => encodeFunctionData({
		abi: entryPoint08Abi,
		functionName: "handleOps",
		args: [[{
			...q, nonce: BigInt(q.nonce),
			preVerificationGas: BigInt(q.preVerificationGas),
		}], q.beneficiary],
	}),
};

for await (const line of createInterface({ input: process.stdin })) {
	const question = JSON.parse(line);
	console.log(answers[question.what](question));
}
