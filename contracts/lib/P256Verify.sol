// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { P256 } from "@openzeppelin/contracts/utils/cryptography/P256.sol";

import { Word } from "./Word.sol";

/// @title P-256 ECDSA by the precompile (EIP-7951), or in Solidity without it.
/// @dev Which of the two is asked of the chain once, never of a signature's
/// result: else a wrong signature would cost another price than a right one.
/// The plain twin and its fuzz test: test/P256Verify.t.sol.
library P256Verify {
    uint256 private constant HALF_N =
        0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8;

    /// @notice True if this chain's precompile takes a good vector (RFC 6979
    /// A.2.5, SHA-256, "test") and refuses the same with one bit changed.
    function probe() internal view returns (bool) {
        bytes32 hash = sha256("test");
        (, bytes memory good) = address(0x100).staticcall(_vector(hash));
        (, bytes memory bad) =
            address(0x100).staticcall(_vector(hash ^ bytes32(uint256(1))));
        return bad.length == 0 && good.length == 32
            && bytes32(good) == bytes32(uint256(1));
    }

    /// @param hash what was signed
    /// @param rsxy signature and public key, 128 bytes exactly
    /// @param native what {probe} answered
    /// @return good 1 if the signature is right and s is low, else 0
    function verify(bytes32 hash, bytes calldata rsxy, bool native)
        internal
        view
        returns (uint256 good)
    {
        if (native) return _precompile(hash, rsxy) & _lowS(rsxy);
        return Word.from(
            P256.verifySolidity(
                hash,
                bytes32(Word.load(rsxy, 0)),
                bytes32(Word.load(rsxy, 32)),
                bytes32(Word.load(rsxy, 64)),
                bytes32(Word.load(rsxy, 96))
            )
        );
    }

    /// @dev 1 if the precompile says so, else 0.
    function _precompile(bytes32 hash, bytes calldata rsxy)
        private
        view
        returns (uint256 good)
    {
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, hash)
            calldatacopy(add(m, 0x20), rsxy.offset, 0x80)
            // Refused: nothing is returned, and the zero stays.
            mstore(0, 0)
            pop(staticcall(gas(), 0x100, m, 0xa0, 0, 0x20))
            good := eq(mload(0), 1)
        }
    }

    function _lowS(bytes calldata rsxy) private pure returns (uint256) {
        return Word.from(Word.load(rsxy, 32) <= HALF_N);
    }

    function _vector(bytes32 hash) private pure returns (bytes memory) {
        return abi.encodePacked(
            hash,
            hex"f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367",
            hex"019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083",
            hex"60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6",
            hex"7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
        );
    }
}
