// SPDX-License-Identifier: Apache-2.0
// A second opinion by viem: one JSON object a line in, one line out.
//   {"what":"userOpHash", ...packed operation, chainId, entryPoint}
//   {"what":"address", x, y, rpId, cosigner, factory, implementation}
//   {"what":"handleOps", ...packed operation, signature, beneficiary}
import { createInterface } from "node:readline";
import {
	concatHex, encodeFunctionData, getContractAddress, keccak256, pad,
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

const answers = {
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
