// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { Word } from "../lib/Word.sol";
import { Rig } from "./Rig.sol";

/// @title lib/Word.sol against its plain twins.
contract WordTest is Rig {
    function setUp() public override { }

    function testFuzz_Load(bytes calldata data, uint256 offset) public pure {
        vm.assume(data.length >= 32);
        offset %= data.length - 31;
        vm.assertEq(
            bytes32(Word.load(data, offset)),
            bytes32(data[offset:offset + 32]),
            "load"
        );
    }

    function testFuzz_Octet(bytes calldata data, uint256 offset) public pure {
        vm.assume(data.length >= 1);
        offset %= data.length;
        vm.assertEq(
            Word.octet(data, offset), uint256(uint8(data[offset])), "octet"
        );
    }

    function testFuzz_Slice(bytes calldata data, uint256 offset, uint256 len)
        public
        pure
    {
        offset %= data.length + 1;
        len %= data.length - offset + 1;
        vm.assertEq(
            bytes(Word.slice(data, offset, len)),
            bytes(data[offset:offset + len]),
            "slice"
        );
    }

    function testFuzz_From(uint256 a, uint256 b) public pure {
        vm.assertEq(Word.from(a < b), a < b ? 1 : 0, "from");
        vm.assertEq(Word.from(true), 1, "true");
        vm.assertEq(Word.from(false), 0, "false");
    }
}
