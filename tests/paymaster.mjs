// SPDX-License-Identifier: Apache-2.0
// A second opinion by viem on a paymaster's word: one JSON object on standard
// input, {digest, signer} on standard output. The hash is what the reference
// VerifyingPaymaster's getHash makes, then EIP-191.
import { readFileSync } from "node:fs";
import {
	concatHex, encodeAbiParameters, hashMessage, keccak256, numberToHex, parseAbiParameters,
	recoverMessageAddress,
} from "viem";

const { chainId, userOperation: op, validUntil, validAfter, signature } =
	JSON.parse(readFileSync(0, "utf8"));
const pair = (a, b) => concatHex([numberToHex(a, { size: 16 }), numberToHex(b, { size: 16 })]);
const hash = keccak256(encodeAbiParameters(
	parseAbiParameters("address, uint256, bytes32, bytes32, bytes32, uint256, uint256, " +
		"bytes32, uint256, address, uint48, uint48"),
	[
		op.sender, BigInt(op.nonce), keccak256("0x"), keccak256(op.callData),
		pair(op.verificationGasLimit, op.callGasLimit),
		BigInt(pair(op.paymasterVerificationGasLimit, op.paymasterPostOpGasLimit)),
		BigInt(op.preVerificationGas),
		pair(op.maxPriorityFeePerGas, BigInt(op.maxFeePerGas)),
		BigInt(chainId), op.paymaster, validUntil, validAfter,
	]));
const message = { raw: hash };
console.log(JSON.stringify({
	digest: hashMessage(message),
	signer: await recoverMessageAddress({ message, signature }),
}));
