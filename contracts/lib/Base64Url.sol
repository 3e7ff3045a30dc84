// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title base64url (RFC 4648 section 5, no padding) of one 32-byte hash.
/// @dev All 32 characters of 24 bytes are made at once, each in a byte-wide
/// lane of one word: no table, no loop, no branch.
library Base64Url {
    // Literals, since the compiler folds nothing else.
    uint256 private constant ONES =
        0x0101010101010101010101010101010101010101010101010101010101010101;
    uint256 private constant LOW_96_OF_256 =
        0x0000000000000000000000000000000000000000ffffffffffffffffffffffff;
    uint256 private constant LOW_48_OF_128 =
        0x00000000000000000000ffffffffffff00000000000000000000ffffffffffff;
    uint256 private constant LOW_24_OF_64 =
        0x0000000000ffffff0000000000ffffff0000000000ffffff0000000000ffffff;
    uint256 private constant LOW_12_OF_32 =
        0x00000fff00000fff00000fff00000fff00000fff00000fff00000fff00000fff;
    uint256 private constant LOW_6_OF_16 =
        0x003f003f003f003f003f003f003f003f003f003f003f003f003f003f003f003f;

    /// @return head the first 32 characters
    /// @return tail the last 11 characters, in the high bytes; the bytes
    /// after them mean nothing
    function encode(bytes32 hash)
        internal
        pure
        returns (uint256 head, uint256 tail)
    {
        head = _chars(uint256(hash) >> 64);
        tail = _chars((uint256(hash) << 192) >> 64);
    }

    /// @dev 192 bits to 32 characters.
    function _chars(uint256 x) private pure returns (uint256) {
        // Each group of six bits gets a byte of its own, by halving: 192 bits
        // to 2 x 96 in 128-bit lanes, to 4 x 48 in 64-bit lanes, and so on.
        uint256 low = x & LOW_96_OF_256;
        x = low | ((x ^ low) << 32);
        low = x & LOW_48_OF_128;
        x = low | ((x ^ low) << 16);
        low = x & LOW_24_OF_64;
        x = low | ((x ^ low) << 8);
        low = x & LOW_12_OF_32;
        x = low | ((x ^ low) << 4);
        low = x & LOW_6_OF_16;
        x = low | ((x ^ low) << 2);
        // 0..63 to its character: 'A' + x, and then four steps, at 26 to 'a',
        // at 52 to '0', at 62 to '-', at 63 to '_'. A lane's top bit in
        // x + (128 - n) * ONES says whether it reached n. No lane leaves
        // 0..255 on the way, so none touches its neighbour.
        unchecked {
            return x + 65 * ONES + 6 * (((x + (128 - 26) * ONES) >> 7) & ONES)
                + 49 * (((x + (128 - 63) * ONES) >> 7) & ONES) - 75
                * (((x + (128 - 52) * ONES) >> 7) & ONES) - 13
                * (((x + (128 - 62) * ONES) >> 7) & ONES);
        }
    }
}
