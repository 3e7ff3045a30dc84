// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { DAY_MAX, HotSlot, LEFT_MAX } from "../lib/HotSlot.sol";
import { Rig } from "./Rig.sol";

/// @title lib/HotSlot.sol: fields lie where the layout says, none touches
/// another.
contract HotSlotTest is Rig {
    function setUp() public override { }

    function testFuzz_Fields(
        bytes24 keys,
        uint256 flags,
        uint256 day,
        uint256 left
    ) public pure {
        HotSlot slot = _pack(keys, flags, day, left);
        vm.assertEq(bytes32(slot.commitment()), bytes32(keys), "commitment");
        vm.assertEq(slot.frozen(), flags % 2 == 1, "frozen");
        vm.assertEq(slot.extended(), flags / 2 % 2 == 1, "extended");
        vm.assertEq(slot.limited(), flags / 4 % 2 == 1, "limited");
        vm.assertEq(slot.day(), day & DAY_MAX, "day");
        vm.assertEq(slot.left(), left & LEFT_MAX, "left");
    }

    function testFuzz_Flags(
        bytes24 keys,
        uint256 flags,
        uint256 day,
        uint256 left
    ) public pure {
        HotSlot slot = _pack(keys, flags, day, left);
        _same(slot.opened(false), _pack(keys, flags | 1, day, left));
        _same(slot.opened(true), _pack(keys, flags & ~uint256(1), day, left));
        _same(slot.widened(), _pack(keys, flags | 2, day, left));
        _same(slot.withLimit(), _pack(keys, flags | 4, day, left));
    }

    function testFuzz_Counted(
        bytes24 keys,
        uint256 flags,
        uint256 newDay,
        uint256 newLeft
    ) public pure {
        newDay &= DAY_MAX;
        newLeft &= LEFT_MAX;
        HotSlot slot = _pack(keys, flags, ~newDay, ~newLeft);
        vm.assertEq(
            HotSlot.unwrap(slot.counted(newDay, newLeft)),
            HotSlot.unwrap(_pack(keys, flags, newDay, newLeft)),
            "counted"
        );
    }

    function _same(HotSlot a, HotSlot b) private pure {
        vm.assertEq(HotSlot.unwrap(a), HotSlot.unwrap(b), "flags");
    }

    function _pack(bytes24 keys, uint256 flags, uint256 day, uint256 left)
        private
        pure
        returns (HotSlot)
    {
        return HotSlot.wrap(
            uint256(uint192(keys)) * 2 ** 64 + flags % 16 * 2 ** 60 + day % 2
                ** 16 * 2 ** 44 + left % 2 ** 44
        );
    }
}
