// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { Hash } from "./Hash.sol";
import { P256Verify } from "./P256Verify.sol";
import { WebAuthn } from "./WebAuthn.sol";
import { Word } from "./Word.sol";

/// @title The signature of a user operation: passkey and co-signer.
/// @notice The layout stands in interfaces/IVouchAccount.sol. Every byte is
/// read and bound by one of the two signatures or by the commitment. Kind 2 is
/// the passkey alone, for freeze and cancel: the same layout, but validUntil
/// is zero and in place of the co-signature stand 45 zero bytes and the
/// co-signer's address.
library DualSignature {
    uint256 private constant KIND_ONE_COSIGNER = 1;
    uint256 private constant KIND_PASSKEY = 2;

    uint256 private constant AT_EXT_LEN = 7;
    uint256 private constant AT_CO_R = 8;
    uint256 private constant AT_CO_S = 40;
    uint256 private constant AT_CO_V = 72;
    uint256 private constant AT_P256 = 73;
    uint256 private constant P256_LEN = 128;
    /// @dev x, y and, as the first field of authenticatorData, rpIdHash.
    uint256 private constant AT_KEYS = 137;
    uint256 private constant KEYS_LEN = 96;
    uint256 private constant AT_AUTH = 201;
    uint256 private constant AT_FLAGS = 233;

    uint256 private constant AUTH_LEN_MIN = 37;
    uint256 private constant SUFFIX_LEN_MAX = 1024;
    uint256 private constant QUOTE = 0x22;
    /// @dev User present and user verified (WebAuthn section 6.1).
    uint256 private constant UP_UV = 0x05;

    uint256 private constant SECP256K1_HALF_N =
        0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @notice True if the kind is known and the lengths are right.
    function wellFormed(bytes calldata sig) internal pure returns (bool) {
        return _wellFormed(sig, KIND_ONE_COSIGNER);
    }

    /// @notice 1 if the passkey alone signed `hash`, else 0.
    /// @param sig kind 2, of any form
    function checkPasskey(
        bytes calldata sig,
        bytes32 hash,
        bytes24 commitment,
        bool native
    ) internal view returns (uint256 good) {
        if (!_wellFormed(sig, KIND_PASSKEY)) return 0;
        uint256 high = Word.load(sig, AT_CO_R);
        uint256 low = Word.load(sig, AT_CO_S);
        uint256 cosigner = (low << 8) | Word.octet(sig, AT_CO_V);
        good = P256Verify.verify(
            _passkeyDigest(sig, hash),
            Word.slice(sig, AT_P256, P256_LEN),
            native
        );
        good &= Word.from(
            Hash.commitment(Word.slice(sig, AT_KEYS, KEYS_LEN), cosigner)
                == commitment
        ) & Word.from(Word.octet(sig, AT_FLAGS) & UP_UV == UP_UV)
        & Word.from((high | (low >> 152) | validUntil(sig)) == 0);
    }

    function _wellFormed(bytes calldata sig, uint256 kind)
        private
        pure
        returns (bool)
    {
        unchecked {
            // Of a shorter signature this reads what follows it, and then
            // refuses it: pos is at least 238.
            uint256 pos = AT_AUTH + _authLen(sig);
            return ((Word.octet(sig, 0) ^ kind) | (Word.octet(sig, pos) ^ QUOTE)
                        | Word.from(sig.length <= pos)
                        | Word.from(sig.length > pos + SUFFIX_LEN_MAX)) == 0;
        }
    }

    /// @notice Seconds since the epoch, below 2^48.
    /// @param sig well-formed
    function validUntil(bytes calldata sig) internal pure returns (uint256) {
        return (Word.load(sig, 0) >> 200) & type(uint48).max;
    }

    /// @notice Checks both signatures and that their keys are the account's.
    /// @param sig well-formed
    /// @param opHash userOpHash of EntryPoint v0.8
    /// @param commitment what the account stores of its keys
    /// @param native what P256Verify.probe answered on this chain
    /// @return good 1 if all is right, else 0
    /// @dev Each check is made whatever the others say, so that a dummy
    /// signature costs what a right one does: gas estimates are right, and
    /// nobody learns from gas which of the keys was wrong.
    function check(
        bytes calldata sig,
        bytes32 opHash,
        bytes24 commitment,
        bool native
    ) internal view returns (uint256 good) {
        uint256 cosigner = _cosigner(sig, opHash);
        bytes24 opened =
            Hash.commitment(Word.slice(sig, AT_KEYS, KEYS_LEN), cosigner);
        uint256 flags = Word.octet(sig, AT_FLAGS);
        good = P256Verify.verify(
            _passkeyDigest(sig, opHash),
            Word.slice(sig, AT_P256, P256_LEN),
            native
        );
        good &= Word.from(cosigner != 0) & Word.from(opened == commitment)
        & Word.from(flags & UP_UV == UP_UV);
    }

    function _authLen(bytes calldata sig) private pure returns (uint256) {
        unchecked {
            return AUTH_LEN_MIN + Word.octet(sig, AT_EXT_LEN);
        }
    }

    function _passkeyDigest(bytes calldata sig, bytes32 opHash)
        private
        view
        returns (bytes32)
    {
        unchecked {
            uint256 authLen = _authLen(sig);
            uint256 pos = AT_AUTH + authLen;
            return WebAuthn.digest(
                opHash,
                Word.slice(sig, AT_AUTH, authLen),
                Word.slice(sig, pos, sig.length - pos)
            );
        }
    }

    /// @dev The address that co-signed, as a word; 0 if none did.
    function _cosigner(bytes calldata sig, bytes32 opHash)
        private
        pure
        returns (uint256)
    {
        uint256 s = Word.load(sig, AT_CO_S);
        address signer = ecrecover(
            Hash.cosigned(opHash, validUntil(sig)),
            uint8(Word.octet(sig, AT_CO_V)),
            bytes32(Word.load(sig, AT_CO_R)),
            bytes32(s)
        );
        unchecked {
            return uint160(signer) * Word.from(s <= SECP256K1_HALF_N);
        }
    }
}
