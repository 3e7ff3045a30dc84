// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Words and slices of call data without a look at its end, and truth
/// as a word.
/// @dev The caller has checked that what it reads is inside `data`: bytes
/// after it are whatever follows in the call data, not an error.
/// Plain twins and their fuzz tests: test/Word.t.sol.
library Word {
    /// @notice The 32 bytes from `offset`.
    function load(bytes calldata data, uint256 offset)
        internal
        pure
        returns (uint256 word)
    {
        assembly ("memory-safe") {
            word := calldataload(add(data.offset, offset))
        }
    }

    /// @notice The byte at `offset`.
    function octet(bytes calldata data, uint256 offset)
        internal
        pure
        returns (uint256 word)
    {
        assembly ("memory-safe") {
            word := byte(0, calldataload(add(data.offset, offset)))
        }
    }

    /// @notice `len` bytes from `offset`.
    function slice(bytes calldata data, uint256 offset, uint256 len)
        internal
        pure
        returns (bytes calldata part)
    {
        assembly ("memory-safe") {
            part.offset := add(data.offset, offset)
            part.length := len
        }
    }

    /// @notice 1 if `truth`, else 0, without a branch, so that checks can be
    /// combined at equal cost.
    function from(bool truth) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := iszero(iszero(truth))
        }
    }
}
