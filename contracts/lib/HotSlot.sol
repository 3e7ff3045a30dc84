// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Storage slot 0 of an account: all that validation reads and writes.
/// @notice commitment 192 | flags 4 | day 16 | left 44, high bits to low.
/// `day` counts from the epoch, `left` is what that day may still spend in
/// gwei. The creation code of an account writes the word with the commitment
/// alone: no flags, no day counted yet.
type HotSlot is uint256;

using {
    commitment,
    frozen,
    extended,
    limited,
    day,
    left,
    counted,
    opened,
    widened,
    withLimit
} for HotSlot global;

uint256 constant FROZEN = 1;
/// @dev The account has or had tokens with limits, or listed calls.
uint256 constant EXTENDED = 2;
/// @dev The account's daily limit was set: it stands in slot 1, which accounts
/// with the default then need not read.
uint256 constant LIMITED = 4;
uint256 constant DAY_MAX = type(uint16).max;
uint256 constant LEFT_MAX = (1 << 44) - 1;

/// @dev See IVouchPolicy.commitment.
function commitment(HotSlot slot) pure returns (bytes24) {
    return bytes24(bytes32(HotSlot.unwrap(slot)));
}

/// @dev True if the account validates and executes nothing.
function frozen(HotSlot slot) pure returns (bool) {
    return (HotSlot.unwrap(slot) >> 60) & FROZEN != 0;
}

/// @dev True if there may be tokens or listed calls to look up.
function extended(HotSlot slot) pure returns (bool) {
    return (HotSlot.unwrap(slot) >> 60) & EXTENDED != 0;
}

/// @dev True if slot 1 has the daily limit.
function limited(HotSlot slot) pure returns (bool) {
    return (HotSlot.unwrap(slot) >> 60) & LIMITED != 0;
}

/// @dev The same, frozen or not.
function opened(HotSlot slot, bool isOpen) pure returns (HotSlot) {
    uint256 word = HotSlot.unwrap(slot) | (FROZEN << 60);
    return HotSlot.wrap(isOpen ? word ^ (FROZEN << 60) : word);
}

/// @dev The same, extended.
function widened(HotSlot slot) pure returns (HotSlot) {
    return HotSlot.wrap(HotSlot.unwrap(slot) | (EXTENDED << 60));
}

/// @dev The same, with a daily limit of its own.
function withLimit(HotSlot slot) pure returns (HotSlot) {
    return HotSlot.wrap(HotSlot.unwrap(slot) | (LIMITED << 60));
}

/// @dev The last day counted, in days since the epoch.
function day(HotSlot slot) pure returns (uint256) {
    return (HotSlot.unwrap(slot) >> 44) & DAY_MAX;
}

/// @dev What that day may still spend, in gwei.
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
