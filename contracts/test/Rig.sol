// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    IEntryPoint
} from "@account-abstraction/contracts/interfaces/IEntryPoint.sol";
import {
    PackedUserOperation
} from "@account-abstraction/contracts/interfaces/PackedUserOperation.sol";

import { IVouchAccount } from "../interfaces/IVouchAccount.sol";
import { IVouchFactory } from "../interfaces/IVouchFactory.sol";
import { IVouchPolicy } from "../interfaces/IVouchPolicy.sol";
import { Vm } from "./Vm.sol";

struct Call {
    address to;
    uint256 value;
    bytes data;
}

/// @dev All that a signature is made of; a test changes what it likes.
struct Sig {
    uint256 kind;
    uint256 validUntil;
    uint256 cosignerSk;
    uint256 passkeySk;
    bytes32 rpIdHash;
    bytes1 flags;
    bytes authRest;
    bytes suffix;
}

/// @title The canonical EntryPoint v0.8, the factory, one account, its keys.
abstract contract Rig {
    Vm internal constant vm =
        Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    IEntryPoint internal constant EP =
        IEntryPoint(0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108);
    /// @dev The deterministic deployer that is on every chain.
    address internal constant DEPLOYER =
        0x4e59b44847b379578588920cA78FbF26c0B4956C;
    bytes32 internal constant MODE = bytes32(uint256(1) << 248);

    uint256 internal constant P256_N =
        0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551;
    uint256 internal constant SECP256K1_N =
        0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    uint256 internal constant DAY = 86_400;
    uint256 internal constant NOW = 20_500 * DAY + 36_000;
    address internal constant BUNDLER = address(0xb0b1);
    address internal constant SHOP = address(0x50b);

    IVouchFactory internal factory;
    IVouchAccount internal account;
    /// @dev The same account: what it tells of itself, and its intents.
    IVouchPolicy internal policy;
    uint256 internal passkeySk = uint256(keccak256("passkey"));
    uint256 internal cosignerSk = uint256(keccak256("co-signer"));

    function setUp() public virtual {
        vm.warp(NOW);
        vm.deal(BUNDLER, 1 ether);
        vm.deal(SHOP, 1 wei);
        _deployEntryPoint();
        factory = IVouchFactory(_deploy(0, deployedCode("VouchFactory")));
        account = IVouchAccount(factory.getAddress(commitment()));
        policy = IVouchPolicy(address(account));
        EP.depositTo{ value: 1 ether }(address(account));
        vm.deal(address(account), 10 ether);
    }

    /// @dev Creation code as it is deployed, with the settings for that.
    function deployedCode(string memory name)
        internal
        view
        returns (bytes memory)
    {
        return vm.getCode(
            string.concat("out/contracts/", name, ".sol/", name, ".json")
        );
    }

    /// @dev Makes the account without an operation.
    function create() internal {
        factory.createAccount(commitment());
    }

    function commitment() internal view returns (bytes24) {
        return commitmentOf(passkeySk, cosignerSk, sha256("localhost"));
    }

    function commitmentOf(uint256 p256Sk, uint256 k1Sk, bytes32 rpIdHash)
        internal
        pure
        returns (bytes24)
    {
        (uint256 x, uint256 y) = vm.publicKeyP256(p256Sk);
        return bytes24(keccak256(abi.encode(x, y, rpIdHash, vm.addr(k1Sk))));
    }

    function pay(address to, uint256 value)
        internal
        pure
        returns (bytes memory)
    {
        Call[] memory calls = new Call[](1);
        calls[0] = Call(to, value, "");
        return batch(calls);
    }

    function batch(Call[] memory calls) internal pure returns (bytes memory) {
        return abi.encodeCall(IVouchAccount.execute, (MODE, abi.encode(calls)));
    }

    /// @dev An operation with no signature yet. The most it can cost is
    /// 300,000 gas at 1 gwei.
    function makeOp(bytes memory callData)
        internal
        view
        returns (PackedUserOperation memory op)
    {
        op.sender = address(account);
        op.nonce = EP.getNonce(address(account), 0);
        op.callData = callData;
        op.accountGasLimits = packed(150_000, 100_000);
        op.preVerificationGas = 50_000;
        op.gasFees = packed(1 gwei, 1 gwei);
    }

    function makeInitCode() internal view returns (bytes memory) {
        return abi.encodePacked(
            factory, abi.encodeCall(IVouchFactory.createAccount, (commitment()))
        );
    }

    function packed(uint256 high, uint256 low) internal pure returns (bytes32) {
        return bytes32((high << 128) | low);
    }

    function makeSig() internal view returns (Sig memory) {
        return Sig({
            kind: 1,
            validUntil: block.timestamp + 300,
            cosignerSk: cosignerSk,
            passkeySk: passkeySk,
            rpIdHash: sha256("localhost"),
            flags: 0x05,
            authRest: hex"00000007",
            suffix: '","origin":"http://localhost:36701","crossOrigin":false}'
        });
    }

    /// @dev The operation, signed well.
    function signed(bytes memory callData)
        internal
        view
        returns (PackedUserOperation memory op)
    {
        op = makeOp(callData);
        op.signature = signature(op, makeSig());
    }

    function signature(PackedUserOperation memory op, Sig memory sig)
        internal
        view
        returns (bytes memory)
    {
        return signHash(EP.getUserOpHash(op), sig);
    }

    function signHash(bytes32 hash, Sig memory sig)
        internal
        pure
        returns (bytes memory)
    {
        bytes memory auth =
            abi.encodePacked(sig.rpIdHash, sig.flags, sig.authRest);
        return abi.encodePacked(
            uint8(sig.kind),
            uint48(sig.validUntil),
            uint8(auth.length - 37),
            cosign(hash, sig),
            passkeySign(passkeyDigest(hash, auth, sig.suffix), sig.passkeySk),
            auth,
            sig.suffix
        );
    }

    function cosign(bytes32 hash, Sig memory sig)
        internal
        pure
        returns (bytes memory)
    {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(
            sig.cosignerSk,
            keccak256(abi.encodePacked(hash, uint48(sig.validUntil)))
        );
        return abi.encodePacked(r, s, v);
    }

    /// @dev r, s (low), x, y.
    function passkeySign(bytes32 digest, uint256 sk)
        internal
        pure
        returns (bytes memory)
    {
        (bytes32 r, bytes32 s) = vm.signP256(sk, digest);
        (uint256 x, uint256 y) = vm.publicKeyP256(sk);
        if (uint256(s) > P256_N / 2) s = bytes32(P256_N - uint256(s));
        return abi.encodePacked(r, s, x, y);
    }

    /// @dev The plain twin of lib/WebAuthn.sol.
    function passkeyDigest(
        bytes32 challenge,
        bytes memory auth,
        bytes memory suffix
    ) internal pure returns (bytes32) {
        return sha256(
            abi.encodePacked(
                auth,
                sha256(
                    abi.encodePacked(
                        '{"type":"webauthn.get","challenge":"',
                        base64Url(challenge),
                        suffix
                    )
                )
            )
        );
    }

    /// @dev The plain twin of lib/Base64Url.sol.
    function base64Url(bytes32 hash) internal pure returns (bytes memory out) {
        bytes memory table =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        out = new bytes(43);
        for (uint256 i = 0; i < 42; ++i) {
            out[i] = table[(uint256(hash) >> (250 - 6 * i)) & 63];
        }
        out[42] = table[(uint256(hash) << 2) & 63];
    }

    function handle(PackedUserOperation memory op) internal {
        PackedUserOperation[] memory ops = new PackedUserOperation[](1);
        ops[0] = op;
        vm.prank(BUNDLER, BUNDLER);
        EP.handleOps(ops, payable(BUNDLER));
    }

    /// @dev EntryPoint refuses the operation: a signature is wrong.
    function refuseSignature(PackedUserOperation memory op) internal {
        vm.expectRevert(
            abi.encodeWithSelector(
                IEntryPoint.FailedOp.selector, 0, "AA24 signature error"
            )
        );
        handle(op);
    }

    /// @dev EntryPoint refuses the operation: validation reverts with `why`.
    function refuse(PackedUserOperation memory op, bytes memory why) internal {
        vm.expectRevert(
            abi.encodeWithSelector(
                IEntryPoint.FailedOpWithRevert.selector, 0, "AA23 reverted", why
            )
        );
        handle(op);
    }

    function _deploy(bytes32 salt, bytes memory code)
        internal
        returns (address where)
    {
        (bool ok, bytes memory answer) =
            DEPLOYER.call(abi.encodePacked(salt, code));
        vm.assertTrue(ok && answer.length == 20, "the deployer failed");
        return address(bytes20(answer));
    }

    function _deployEntryPoint() private {
        vm.etch(
            DEPLOYER,
            hex"7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
        );
        string memory artifact = vm.readFile(
            "node_modules/@account-abstraction/contracts/artifacts/EntryPoint.json"
        );
        address where = _deploy(
            0x0a59dbff790c23c976a548690c27297883cc66b4c67024f9117b0238995e35e9,
            vm.parseJsonBytes(artifact, ".bytecode")
        );
        vm.assertEq(where, address(EP), "not the canonical EntryPoint");
    }
}
