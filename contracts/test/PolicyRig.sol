// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { Kind, Setting } from "../lib/Intent.sol";
import { Rig, Sig } from "./Rig.sol";
import { Token } from "./Token.sol";

/// @title An account that is there, and what its intents are made of.
abstract contract PolicyRig is Rig {
    uint256 internal constant WAIT = 2 days;
    address internal constant SPENDER = address(0x5bed);

    Token internal token = new Token();

    function setUp() public override {
        super.setUp();
        create();
    }

    /// @dev A token limit, a listed method, a spender; two days later.
    function _extend(uint128 limit) internal {
        Setting[] memory wanted = new Setting[](3);
        wanted[0] = Setting(Kind.TokenLimit, address(token), 0, limit);
        wanted[1] = Setting(Kind.Call, address(token), Token.mint.selector, 1);
        wanted[2] = Setting(Kind.Call, SPENDER, Token.approve.selector, 1);
        (uint256 number,,) = policy.intents();
        _change(wanted);
        vm.warp(block.timestamp + WAIT);
        policy.applyChange(uint64(number + 1), wanted);
    }

    function _one(Kind kind, address target, bytes4 selector, uint128 value)
        internal
        pure
        returns (Setting[] memory settings)
    {
        settings = new Setting[](1);
        settings[0] = Setting(kind, target, selector, value);
    }

    /// @dev Signed by both, with the next number.
    function _change(Setting[] memory settings) internal {
        (uint256 number,,) = policy.intents();
        policy.change(
            settings, signHash(_changeHash(number + 1, settings), makeSig())
        );
    }

    /// @dev Kind 2: the passkey alone.
    function _alone(bytes32 hash) internal view returns (bytes memory) {
        Sig memory sig = makeSig();
        bytes memory auth =
            abi.encodePacked(sig.rpIdHash, sig.flags, sig.authRest);
        return abi.encodePacked(
            hex"02000000000000",
            uint8(auth.length - 37),
            new bytes(45),
            vm.addr(cosignerSk),
            passkeySign(passkeyDigest(hash, auth, sig.suffix), passkeySk),
            auth,
            sig.suffix
        );
    }

    // --- plain twins of lib/Intent.sol -----------------------------------------

    function _typed(bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("vouch"),
                keccak256("1"),
                block.chainid,
                address(account)
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function _freezeHash(uint256 number) internal view returns (bytes32) {
        return _typed(
            keccak256(abi.encode(keccak256("Freeze(uint64 number)"), number))
        );
    }

    function _cancelHash(uint256 number) internal view returns (bytes32) {
        return _typed(
            keccak256(abi.encode(keccak256("Cancel(uint64 number)"), number))
        );
    }

    function _changeHash(uint256 number, Setting[] memory settings)
        internal
        view
        returns (bytes32)
    {
        string memory one =
            "Setting(uint8 kind,address target,bytes4 selector,uint128 value)";
        bytes memory all = "";
        for (uint256 i = 0; i < settings.length; ++i) {
            Setting memory s = settings[i];
            all = bytes.concat(
                all,
                keccak256(
                    abi.encode(
                        keccak256(bytes(one)),
                        uint256(s.kind),
                        s.target,
                        s.selector,
                        s.value
                    )
                )
            );
        }
        bytes32 hashType = keccak256(
            abi.encodePacked("Change(uint64 number,Setting[] settings)", one)
        );
        return _typed(keccak256(abi.encode(hashType, number, keccak256(all))));
    }
}
