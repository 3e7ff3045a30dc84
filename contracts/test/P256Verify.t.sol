// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { P256Verify } from "../lib/P256Verify.sol";
import { Rig } from "./Rig.sol";

/// @title lib/P256Verify.sol: the probe, and the precompile's path against
/// the path in Solidity, which is its plain twin.
contract P256VerifyTest is Rig {
    address private constant PRECOMPILE = address(0x100);

    function setUp() public override { }

    function verify(bytes32 hash, bytes calldata rsxy, bool native)
        external
        view
        returns (uint256)
    {
        return P256Verify.verify(hash, rsxy, native);
    }

    function probe() external view returns (bool) {
        return P256Verify.probe();
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_BothWaysAgree(bytes32 hash, uint256 sk, uint256 flip)
        public
        view
    {
        sk = sk % (P256_N - 1) + 1;
        bytes memory rsxy = passkeySign(hash, sk);
        _expect(hash, rsxy, 1);
        _expect(hash ^ bytes32(uint256(1) << (flip % 256)), rsxy, 0);
        flip %= 1024;
        rsxy[flip / 8] ^= bytes1(uint8(1 << (flip % 8)));
        _expect(hash, rsxy, 0);
    }

    /// @dev The same signature with s and n - s: only the low one is taken.
    function test_HighSRefused() public view {
        bytes32 hash = keccak256("hash");
        (bytes32 r, bytes32 s) = vm.signP256(passkeySk, hash);
        (uint256 x, uint256 y) = vm.publicKeyP256(passkeySk);
        bytes32 t = bytes32(P256_N - uint256(s));
        (bytes32 low, bytes32 high) = s < t ? (s, t) : (t, s);
        _expect(hash, abi.encode(r, low, x, y), 1);
        _expect(hash, abi.encode(r, high, x, y), 0);
    }

    function test_OutOfRangeRefused() public view {
        bytes32 hash = keccak256("hash");
        (uint256 x, uint256 y) = vm.publicKeyP256(passkeySk);
        _expect(hash, abi.encode(0, 0, x, y), 0);
        _expect(hash, abi.encode(1, 0, x, y), 0);
        _expect(hash, abi.encode(0, 1, x, y), 0);
        _expect(hash, abi.encode(P256_N, 1, x, y), 0);
        _expect(hash, abi.encode(1, 1, 0, 0), 0);
        _expect(hash, abi.encode(1, 1, x, y + 1), 0);
    }

    function test_ProbeFindsPrecompile() public view {
        vm.assertTrue(this.probe(), "there is one here");
    }

    function test_ProbeWithoutPrecompile() public {
        vm.mockCall(PRECOMPILE, "", "");
        vm.assertTrue(!this.probe(), "answers nothing");
    }

    function test_ProbeWithYesSayer() public {
        vm.mockCall(PRECOMPILE, "", abi.encode(1));
        vm.assertTrue(!this.probe(), "says yes to all");
    }

    function test_ProbeWithOtherAnswer() public {
        vm.mockCall(PRECOMPILE, "", abi.encode(2));
        vm.assertTrue(!this.probe(), "says something else");
    }

    function _expect(bytes32 hash, bytes memory rsxy, uint256 good)
        private
        view
    {
        vm.assertEq(this.verify(hash, rsxy, true), good, "precompile");
        vm.assertEq(this.verify(hash, rsxy, false), good, "Solidity");
    }
}
