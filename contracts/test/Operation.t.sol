// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    PackedUserOperation
} from "@account-abstraction/contracts/interfaces/PackedUserOperation.sol";

import { Operation } from "../lib/Operation.sol";
import { Vm } from "./Vm.sol";

/// @title lib/Operation.sol against plain Solidity.
contract OperationTest {
    Vm private constant vm =
        Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function testFuzz_Fields(PackedUserOperation calldata op) public pure {
        vm.assertEq(
            keccak256(Operation.callDataOf(op)),
            keccak256(op.callData),
            "callData"
        );
        vm.assertEq(
            keccak256(Operation.paymasterAndDataOf(op)),
            keccak256(op.paymasterAndData),
            "paymasterAndData"
        );
        vm.assertEq(
            keccak256(Operation.signatureOf(op)),
            keccak256(op.signature),
            "signature"
        );
    }
}
