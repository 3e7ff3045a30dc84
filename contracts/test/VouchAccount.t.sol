// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    PackedUserOperation
} from "@account-abstraction/contracts/interfaces/PackedUserOperation.sol";

import { IVouchAccount } from "../interfaces/IVouchAccount.sol";
import { Calls } from "../lib/Calls.sol";
import { IVouchFactory } from "../interfaces/IVouchFactory.sol";
import { Call, Rig, Sig } from "./Rig.sol";

/// @title Who may act and what is understood, through the real EntryPoint.
contract VouchAccountTest is Rig {
    uint256 private constant FLAG_FROZEN = 1 << 60;

    function setUp() public override {
        super.setUp();
        create();
    }

    function test_Payment() public {
        handle(signed(pay(SHOP, 0.01 ether)));
        vm.assertEq(SHOP.balance, 0.01 ether + 1, "paid");
        vm.assertEq(EP.getNonce(address(account), 0), 1, "nonce");
    }

    function test_CreateAndPay() public {
        passkeySk = 77;
        account = IVouchAccount(factory.getAddress(commitment()));
        vm.deal(address(account), 1 ether);
        PackedUserOperation memory op = makeOp(pay(SHOP, 0.01 ether));
        op.initCode = makeInitCode();
        op.accountGasLimits = packed(300_000, 100_000);
        op.signature = signature(op, makeSig());
        // No deposit: the account pays the prefund out of its own money.
        handle(op);
        vm.assertEq(SHOP.balance, 0.01 ether + 1, "paid");
        vm.assertTrue(EP.balanceOf(address(account)) > 0, "prefund's rest");
    }

    function test_Batch() public {
        Call[] memory calls = new Call[](3);
        calls[0] = Call(SHOP, 1, "");
        calls[1] = Call(
            address(EP),
            0.01 ether,
            abi.encodeCall(EP.depositTo, (address(account)))
        );
        calls[2] = Call(BUNDLER, 2, "");
        uint256 before = EP.balanceOf(address(account));
        PackedUserOperation memory op = makeOp(batch(calls));
        op.gasFees = packed(0, 0);
        op.signature = signature(op, makeSig());
        handle(op);
        vm.assertEq(SHOP.balance, 2, "paid");
        vm.assertEq(
            EP.balanceOf(address(account)), before + 0.01 ether, "deposit"
        );
    }

    /// @dev A failing call undoes the batch, not what it cost or counted.
    function test_FailingCall() public {
        vm.etch(SHOP, hex"5f5ffd");
        handle(signed(pay(SHOP, 1 gwei)));
        vm.assertEq(SHOP.balance, 1, "not paid");
        vm.assertEq(EP.getNonce(address(account), 0), 1, "used up");
        (,, uint256 left) = policy.limits();
        vm.assertEq(left, 1e8 - 300_001, "counted");
        vm.prank(address(EP));
        vm.expectRevert(
            abi.encodeWithSelector(IVouchAccount.CallFailed.selector, 0, "")
        );
        account.execute(MODE, _one(SHOP, 1, ""));
    }

    function test_OnlyEntryPoint() public {
        PackedUserOperation memory op = signed(pay(SHOP, 1));
        bytes32 hash = EP.getUserOpHash(op);
        bytes memory why =
            abi.encodeWithSelector(IVouchAccount.NotEntryPoint.selector);
        vm.expectRevert(why);
        account.validateUserOp(op, hash, 0);
        vm.expectRevert(why);
        account.execute(MODE, _one(SHOP, 1, ""));
    }

    function test_TakesMoney() public {
        uint256 before = address(account).balance;
        (bool ok,) = address(account).call{ value: 1 ether }("");
        vm.assertTrue(ok, "receive");
        vm.assertEq(address(account).balance, before + 1 ether, "balance");
    }

    function testFuzz_ExecutionMode(bytes32 mode) public view {
        vm.assertTrue(policy.supportsExecutionMode(MODE), "batch");
        vm.assertEq(policy.supportsExecutionMode(mode), mode == MODE, "else");
    }

    function test_MissingFundsPaidOnlyWhenAsked() public {
        PackedUserOperation memory op = signed(pay(SHOP, 1));
        bytes32 hash = EP.getUserOpHash(op);
        uint256 id = vm.snapshotState();
        uint256 before = address(account).balance;
        vm.prank(address(EP));
        account.validateUserOp(op, hash, 0);
        vm.assertEq(address(account).balance, before, "not asked");
        vm.revertToState(id);
        vm.prank(address(EP));
        account.validateUserOp(op, hash, 5);
        vm.assertEq(address(account).balance, before - 5, "asked");
    }

    function test_ValidationData() public {
        Sig memory sig = makeSig();
        PackedUserOperation memory op = signed(pay(SHOP, 1));
        uint256 range =
            (sig.validUntil << 160) | (sig.validUntil / DAY * DAY - 120) << 208;
        vm.assertEq(_validate(op), range, "right");
        sig.cosignerSk = 5;
        op.signature = signature(op, sig);
        vm.assertEq(_validate(op), range | 1, "wrong, with its times");
    }

    // Signatures.

    function test_WrongKeys() public {
        Sig memory sig = makeSig();
        sig.cosignerSk = 5;
        _refuseSig(sig);
        sig = makeSig();
        sig.passkeySk = 5;
        _refuseSig(sig);
        sig = makeSig();
        sig.rpIdHash = sha256("elsewhere");
        _refuseSig(sig);
    }

    /// @dev One of the two alone: the other signature is over another hash.
    function test_OneSignatureAlone() public {
        PackedUserOperation memory op = makeOp(pay(SHOP, 1));
        bytes memory good = signature(op, makeSig());
        bytes memory other = signHash(keccak256("else"), makeSig());
        op.signature = _splice(good, other, 8, 73);
        refuseSignature(op);
        op.signature = _splice(good, other, 73, 137);
        refuseSignature(op);
        op.signature = good;
        handle(op);
    }

    function test_UserMustBePresentAndVerified() public {
        for (uint256 flags = 0; flags < 256; ++flags) {
            Sig memory sig = makeSig();
            sig.flags = bytes1(uint8(flags));
            PackedUserOperation memory op = makeOp(pay(SHOP, 1));
            op.signature = signature(op, sig);
            vm.assertEq(uint160(_validate(op)), flags & 5 == 5 ? 0 : 1, "flags");
        }
    }

    function test_SuffixMustStartWithQuote() public {
        Sig memory sig = makeSig();
        // A longer challenge that begins with the right one.
        sig.suffix = 'A","origin":"http://localhost:36701"}';
        _refuseSig(sig);
    }

    function test_SuffixLength() public {
        Sig memory sig = makeSig();
        sig.suffix = "";
        _refuseSig(sig);
        sig.suffix = new bytes(1025);
        sig.suffix[0] = '"';
        _refuseSig(sig);
        sig.suffix = '"';
        _acceptSig(sig);
        sig.suffix = new bytes(1024);
        sig.suffix[0] = '"';
        _acceptSig(sig);
    }

    /// @dev Extensions make authenticatorData longer than 37 bytes.
    function test_AuthDataLength() public {
        Sig memory sig = makeSig();
        sig.authRest = new bytes(4 + 255);
        _acceptSig(sig);
        sig.authRest = new bytes(4 + 1);
        _acceptSig(sig);
    }

    function test_KindMustBeOne() public {
        for (uint256 kind = 0; kind < 256; ++kind) {
            if (kind == 1) continue;
            Sig memory sig = makeSig();
            sig.kind = kind;
            PackedUserOperation memory op = makeOp(pay(SHOP, 1));
            op.signature = signature(op, sig);
            vm.assertEq(_validate(op), 1, "kind");
        }
    }

    function test_HighSRefused() public {
        PackedUserOperation memory op = signed(pay(SHOP, 1));
        bytes memory good = op.signature;
        op.signature = _negate(good, 40, SECP256K1_N);
        op.signature[72] = good[72] == bytes1(uint8(27))
            ? bytes1(uint8(28))
            : bytes1(uint8(27));
        refuseSignature(op);
        op.signature = _negate(good, 105, P256_N);
        refuseSignature(op);
        op.signature = good;
        handle(op);
    }

    /// @dev A co-signature that recovers to nobody, and a commitment that
    /// has nobody as its co-signer: still refused.
    function test_NobodyDoesNotCosign() public {
        (uint256 x, uint256 y) = vm.publicKeyP256(passkeySk);
        bytes32 opened = keccak256(abi.encode(x, y, sha256("localhost"), 0));
        vm.store(address(account), 0, bytes32(bytes24(opened)));
        PackedUserOperation memory op = signed(pay(SHOP, 1));
        for (uint256 i = 8; i < 73; ++i) {
            op.signature[i] = 0;
        }
        refuseSignature(op);
    }

    /// @dev No byte is unread: each bit flipped, EntryPoint refuses.
    function test_EveryBitOfSignature() public {
        PackedUserOperation memory op = signed(pay(SHOP, 1));
        PackedUserOperation[] memory ops = new PackedUserOperation[](1);
        ops[0] = op;
        uint256 len = op.signature.length * 8;
        for (uint256 i = 0; i < len; ++i) {
            op.signature[i / 8] ^= bytes1(uint8(1 << (i % 8)));
            vm.prank(BUNDLER, BUNDLER);
            (bool ok,) = address(EP)
                .call(abi.encodeCall(EP.handleOps, (ops, payable(BUNDLER))));
            vm.assertTrue(!ok, "accepted with a bit flipped");
            op.signature[i / 8] ^= bytes1(uint8(1 << (i % 8)));
        }
        handle(op);
    }

    /// @dev Any length but the right one; never a revert.
    function test_SignatureCutOrLonger() public {
        PackedUserOperation memory op = signed(pay(SHOP, 1));
        bytes memory good = op.signature;
        for (uint256 len = 0; len <= good.length + 40; ++len) {
            if (len == good.length) continue;
            op.signature = new bytes(len);
            for (uint256 i = 0; i < len && i < good.length; ++i) {
                op.signature[i] = good[i];
            }
            vm.assertEq(uint160(_validate(op)), 1, "length");
        }
    }

    /// @dev Any noise of the right shape: no revert, with its times.
    function testFuzz_NoiseNeverReverts(bytes32 seed, uint8 ext) public {
        bytes memory sig = new bytes(239 + uint256(ext) + 60);
        for (uint256 i = 0; i < sig.length; ++i) {
            sig[i] = keccak256(abi.encode(seed, i))[0];
        }
        bytes memory head =
            abi.encodePacked(uint8(1), uint48(block.timestamp + 300), ext);
        for (uint256 i = 0; i < 8; ++i) {
            sig[i] = head[i];
        }
        sig[238 + uint256(ext)] = '"';
        PackedUserOperation memory op = makeOp(pay(SHOP, 1));
        op.signature = sig;
        uint256 data = _validate(op);
        vm.assertEq(uint160(data), 1, "refused");
        vm.assertEq(uint48(data >> 160), block.timestamp + 300, "validUntil");
    }

    /// @dev Which of the keys is wrong does not show, and a dummy signature
    /// costs what a right one does: to the unit of gas.
    function test_EqualGas() public {
        Sig memory sig = makeSig();
        uint256 right = _gasOf(sig);
        sig.cosignerSk = 5;
        uint256 wrongCosigner = _gasOf(sig);
        sig = makeSig();
        sig.passkeySk = 5;
        uint256 wrongPasskey = _gasOf(sig);
        sig.cosignerSk = 5;
        uint256 bothWrong = _gasOf(sig);
        vm.snapshotValue("validate", "right", right);
        vm.snapshotValue("validate", "wrong co-signer", wrongCosigner);
        vm.snapshotValue("validate", "wrong passkey", wrongPasskey);
        vm.assertEq(right, wrongCosigner, "wrong co-signer");
        vm.assertEq(right, wrongPasskey, "wrong passkey");
        vm.assertEq(right, bothWrong, "both wrong");
    }

    // Calls.

    function test_RefusedCalls() public {
        bytes4 withdraw = bytes4(keccak256("withdrawTo(address,uint256)"));
        _refuseCall(SHOP, hex"00");
        _refuseCall(
            SHOP,
            abi.encodeWithSignature("transfer(address,uint256)", BUNDLER, 1)
        );
        _refuseCall(address(account), "");
        _refuseCall(address(0), "");
        _refuseCall(address(EP), "");
        _refuseCall(
            address(EP), abi.encodeWithSelector(withdraw, BUNDLER, 1 ether)
        );
        _refuseCall(address(EP), abi.encodeWithSignature("addStake(uint32)", 1));
    }

    function test_RefusedModes() public {
        bytes memory calls = _one(SHOP, 1, "");
        bytes32[4] memory modes = [
            bytes32(0),
            bytes32(uint256(1)),
            // May fail in part; with opData.
            bytes32(uint256(0x0101) << 240),
            bytes32(uint256(0x01000000000078210001) << 176)
        ];
        bytes memory why =
            abi.encodeWithSelector(Calls.CallDataRefused.selector);
        for (uint256 i = 0; i < modes.length; ++i) {
            refuse(
                signed(
                    abi.encodeCall(IVouchAccount.execute, (modes[i], calls))
                ),
                why
            );
            vm.prank(address(EP));
            vm.expectRevert(why);
            account.execute(modes[i], calls);
        }
        // No call data at all, and EntryPoint's other way to call.
        refuse(signed(""), why);
        refuse(signed(abi.encodePacked(bytes4(0x8dd7712f), calls)), why);
    }

    /// @dev What validation would have refused is refused again.
    function test_ExecuteTakesCanonicalFormOnly() public {
        bytes memory calls = _one(SHOP, 1, "");
        bytes memory longer = bytes.concat(calls, bytes32(0));
        bytes memory moved = bytes.concat(calls);
        moved[31] = 0x40;
        bytes memory why =
            abi.encodeWithSelector(Calls.CallDataRefused.selector);
        vm.prank(address(EP));
        vm.expectRevert(why);
        account.execute(MODE, longer);
        vm.prank(address(EP));
        vm.expectRevert(why);
        account.execute(MODE, moved);
        vm.prank(address(EP));
        account.execute(MODE, calls);
        vm.assertEq(SHOP.balance, 2, "paid");
    }

    // Freeze.

    function test_FrozenValidatesNothing() public {
        PackedUserOperation memory op = signed(pay(SHOP, 1));
        _freeze();
        vm.assertTrue(policy.frozen(), "frozen");
        bytes memory why = abi.encodeWithSelector(IVouchAccount.Frozen.selector);
        refuse(op, why);
        vm.prank(address(EP));
        vm.expectRevert(why);
        account.execute(MODE, _one(SHOP, 1, ""));
    }

    // A chain without P256VERIFY.

    function test_WithoutPrecompile() public {
        vm.mockCall(address(0x100), "", "");
        IVouchFactory other = IVouchFactory(
            _deploy(keccak256("2"), deployedCode("VouchFactory"))
        );
        account = IVouchAccount(other.createAccount(commitment()));
        vm.deal(address(account), 1 ether);
        PackedUserOperation memory op = makeOp(pay(SHOP, 5));
        op.accountGasLimits = packed(600_000, 100_000);
        Sig memory sig = makeSig();
        sig.passkeySk = 5;
        op.signature = signature(op, sig);
        refuseSignature(op);
        op.signature = signature(op, makeSig());
        handle(op);
        vm.assertEq(SHOP.balance, 6, "paid");
        vm.clearMockedCalls();
    }

    function _freeze() private {
        bytes32 slot = vm.load(address(account), 0);
        vm.store(address(account), 0, slot | bytes32(FLAG_FROZEN));
    }

    /// @dev Validates as EntryPoint would, and undoes it.
    function _validate(PackedUserOperation memory op)
        private
        returns (uint256 data)
    {
        bytes32 hash = EP.getUserOpHash(op);
        uint256 id = vm.snapshotState();
        vm.prank(address(EP));
        data = account.validateUserOp(op, hash, 0);
        vm.revertToState(id);
    }

    function _gasOf(Sig memory sig) private returns (uint256 used) {
        PackedUserOperation memory op = makeOp(pay(SHOP, 1));
        op.signature = signature(op, sig);
        bytes32 hash = EP.getUserOpHash(op);
        uint256 id = vm.snapshotState();
        vm.prank(address(EP));
        account.validateUserOp(op, hash, 0);
        used = vm.lastCallGas().gasTotalUsed
            - _calldataGas(
                abi.encodeCall(account.validateUserOp, (op, hash, 0))
            );
        vm.revertToState(id);
    }

    /// @dev What a transaction pays for these bytes: not the account's doing.
    function _calldataGas(bytes memory data)
        private
        pure
        returns (uint256 sum)
    {
        for (uint256 i = 0; i < data.length; ++i) {
            sum += data[i] == 0 ? 4 : 16;
        }
    }

    function _refuseSig(Sig memory sig) private {
        PackedUserOperation memory op = makeOp(pay(SHOP, 1));
        op.signature = signature(op, sig);
        refuseSignature(op);
    }

    function _acceptSig(Sig memory sig) private {
        PackedUserOperation memory op = makeOp(pay(SHOP, 1));
        op.signature = signature(op, sig);
        handle(op);
    }

    function _refuseCall(address to, bytes memory data) private {
        bytes memory calls = _one(to, 0, data);
        bytes memory why = abi.encodeWithSelector(Calls.CallRefused.selector, 0);
        refuse(
            signed(abi.encodeCall(IVouchAccount.execute, (MODE, calls))), why
        );
        vm.prank(address(EP));
        vm.expectRevert(why);
        account.execute(MODE, calls);
    }

    function _one(address to, uint256 value, bytes memory data)
        private
        pure
        returns (bytes memory)
    {
        Call[] memory calls = new Call[](1);
        calls[0] = Call(to, value, data);
        return abi.encode(calls);
    }

    /// @dev `good` with the bytes from `from` to `to` of `other`.
    function _splice(
        bytes memory good,
        bytes memory other,
        uint256 from,
        uint256 to
    ) private pure returns (bytes memory out) {
        out = bytes.concat(good);
        for (uint256 i = from; i < to; ++i) {
            out[i] = other[i];
        }
    }

    /// @dev The word at `offset` becomes `order` minus it.
    function _negate(bytes memory good, uint256 offset, uint256 order)
        private
        pure
        returns (bytes memory)
    {
        uint256 s = 0;
        for (uint256 i = 0; i < 32; ++i) {
            s = (s << 8) | uint8(good[offset + i]);
        }
        bytes memory t = bytes.concat(new bytes(offset), bytes32(order - s));
        return _splice(good, t, offset, offset + 32);
    }
}
