// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Storage slot 0 of an account: all that validation reads and writes.
/// @notice commitment 192 | flags 4 | day 16 | left 44, high bits to low.
/// `day` counts from the epoch, `left` is what that day may still spend in
/// gwei. The creation code of an account writes the word with the commitment
/// alone: no flags, no day counted yet.
type HotSlot is uint256;

using { commitment, frozen, day, left, counted } for HotSlot global;

uint256 constant FROZEN = 1;
uint256 constant DAY_MAX = type(uint16).max;
uint256 constant LEFT_MAX = (1 << 44) - 1;

function commitment(HotSlot slot) pure returns (bytes24) {
    return bytes24(bytes32(HotSlot.unwrap(slot)));
}

function frozen(HotSlot slot) pure returns (bool) {
    return (HotSlot.unwrap(slot) >> 60) & FROZEN != 0;
}

function day(HotSlot slot) pure returns (uint256) {
    return (HotSlot.unwrap(slot) >> 44) & DAY_MAX;
}

function left(HotSlot slot) pure returns (uint256) {
    return HotSlot.unwrap(slot) & LEFT_MAX;
}

/// @dev The same keys and flags with another day and rest. The caller has
/// checked newDay <= DAY_MAX and newLeft <= LEFT_MAX.
function counted(HotSlot slot, uint256 newDay, uint256 newLeft)
    pure
    returns (HotSlot)
{
    uint256 kept = HotSlot.unwrap(slot) & ~((DAY_MAX << 44) | LEFT_MAX);
    return HotSlot.wrap(kept | (newDay << 44) | newLeft);
}
