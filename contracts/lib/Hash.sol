// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The two keccak256 hashes of a signature.
/// @dev Plain twins and their fuzz tests: test/Hash.t.sol.
library Hash {
    /// @notice What the co-signer signs: opHash (32) || validUntil (6).
    /// @param validUntil below 2^48
    function cosigned(bytes32 opHash, uint256 validUntil)
        internal
        pure
        returns (bytes32 hash)
    {
        assembly ("memory-safe") {
            mstore(0, opHash)
            mstore(0x20, shl(208, validUntil))
            hash := keccak256(0, 38)
        }
    }

    /// @notice The commitment to an account's keys, its first 24 bytes:
    /// x (32) || y (32) || rpIdHash (32) || cosigner (32).
    /// @param passkey x, y and rpIdHash, 96 bytes exactly
    function commitment(bytes calldata passkey, uint256 cosigner)
        internal
        pure
        returns (bytes24)
    {
        bytes32 hash;
        assembly ("memory-safe") {
            let m := mload(0x40)
            calldatacopy(m, passkey.offset, 96)
            mstore(add(m, 96), cosigner)
            hash := keccak256(m, 128)
        }
        return bytes24(hash);
    }
}
