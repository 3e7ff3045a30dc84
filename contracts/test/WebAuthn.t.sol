// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { Base64Url } from "../lib/Base64Url.sol";
import { WebAuthn } from "../lib/WebAuthn.sol";
import { Rig } from "./Rig.sol";

/// @title lib/WebAuthn.sol and lib/Base64Url.sol against their plain twins
/// (in Rig), and the twin against forge's own base64url.
contract WebAuthnTest is Rig {
    function setUp() public override { }

    function testFuzz_Base64Url(bytes32 hash) public pure {
        (uint256 head, uint256 tail) = Base64Url.encode(hash);
        vm.assertEq(
            abi.encodePacked(head, bytes11(bytes32(tail))),
            base64Url(hash),
            "base64url"
        );
        // Forge pads: 43 characters and one '='.
        vm.assertEq(
            bytes(vm.toBase64URL(abi.encodePacked(hash))),
            abi.encodePacked(base64Url(hash), "="),
            "the twin"
        );
    }

    /// @dev Each of the 64 letters in each of the 43 places.
    function test_Base64UrlEveryLetter() public pure {
        for (uint256 letter = 0; letter < 64; ++letter) {
            uint256 hash = 0;
            for (uint256 i = 0; i < 43; ++i) {
                hash = (hash << 6) | letter;
            }
            (uint256 head, uint256 tail) = Base64Url.encode(bytes32(hash));
            vm.assertEq(
                abi.encodePacked(head, bytes11(bytes32(tail))),
                base64Url(bytes32(hash)),
                "base64url"
            );
        }
    }

    function testFuzz_Digest(
        bytes32 challenge,
        bytes calldata auth,
        bytes calldata suffix
    ) public view {
        vm.assertEq(
            WebAuthn.digest(challenge, auth, suffix),
            passkeyDigest(challenge, auth, suffix),
            "digest"
        );
    }
}
