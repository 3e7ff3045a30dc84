// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { Base64Url } from "./Base64Url.sol";

/// @title What a passkey signs (WebAuthn level 2, sections 5.8.1 and 6.1).
/// @dev The plain twin and its fuzz test: test/WebAuthn.t.sol.
library WebAuthn {
    /// @dev Length of `{"type":"webauthn.get","challenge":"`, which the
    /// standard's serialisation fixes, and of the challenge after it.
    uint256 private constant PREFIX_LEN = 36;
    uint256 private constant CHALLENGE_LEN = 43;

    /// @notice SHA-256(authData || SHA-256(clientDataJSON)).
    /// @param challenge the hash that the passkey was asked to sign
    /// @param authData authenticatorData, whole
    /// @param suffix clientDataJSON from the quote that ends the challenge;
    /// only if it does start with a quote is the challenge all of the string
    /// @dev Reverts if there is no gas for SHA-256.
    function digest(
        bytes32 challenge,
        bytes calldata authData,
        bytes calldata suffix
    ) internal view returns (bytes32 result) {
        (uint256 head, uint256 tail) = Base64Url.encode(challenge);
        // The JSON, then authData and the hash over it, stand in free memory.
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, '{"type":"webauthn.get","challeng')
            mstore(add(m, 0x20), 'e":"')
            mstore(add(m, PREFIX_LEN), head)
            mstore(add(m, add(PREFIX_LEN, 0x20)), tail)
            let len := add(PREFIX_LEN, CHALLENGE_LEN)
            calldatacopy(add(m, len), suffix.offset, suffix.length)
            len := add(len, suffix.length)
            if iszero(staticcall(gas(), 2, m, len, 0, 0x20)) {
                revert(0, 0)
            }

            calldatacopy(m, authData.offset, authData.length)
            mstore(add(m, authData.length), mload(0))
            len := add(authData.length, 0x20)
            if iszero(staticcall(gas(), 2, m, len, 0, 0x20)) {
                revert(0, 0)
            }
            result := mload(0)
        }
    }
}
