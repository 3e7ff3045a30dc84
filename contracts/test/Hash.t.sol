// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { Hash } from "../lib/Hash.sol";
import { Rig } from "./Rig.sol";

/// @title lib/Hash.sol against its plain twins.
contract HashTest is Rig {
    function setUp() public override { }

    function testFuzz_Cosigned(bytes32 opHash, uint48 validUntil) public pure {
        vm.assertEq(
            Hash.cosigned(opHash, validUntil),
            keccak256(abi.encodePacked(opHash, validUntil)),
            "cosigned"
        );
    }

    function testFuzz_Commitment(
        bytes32 x,
        bytes32 y,
        bytes32 rpIdHash,
        address cosigner
    ) public view {
        vm.assertEq(
            bytes32(this.commitmentBy(bytes.concat(x, y, rpIdHash), cosigner)),
            bytes32(bytes24(keccak256(abi.encode(x, y, rpIdHash, cosigner)))),
            "commitment"
        );
    }

    function commitmentBy(bytes calldata passkey, address cosigner)
        external
        pure
        returns (bytes24)
    {
        return Hash.commitment(passkey, uint256(uint160(cosigner)));
    }
}
