// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    PackedUserOperation
} from "@account-abstraction/contracts/interfaces/PackedUserOperation.sol";

import { IVouchAccount } from "../interfaces/IVouchAccount.sol";
import { IVouchPolicy } from "../interfaces/IVouchPolicy.sol";
import { Calls } from "../lib/Calls.sol";
import { Kind, Setting } from "../lib/Intent.sol";
import { Policy } from "../lib/Policy.sol";
import { Call, Rig, Sig } from "./Rig.sol";
import { Token } from "./Token.sol";

/// @title Intents, tokens with limits and listed calls, end to end.
contract PolicyTest is Rig {
    uint256 private constant WAIT = 2 days;
    address private constant SPENDER = address(0x5bed);

    Token private token = new Token();

    function setUp() public override {
        super.setUp();
        create();
    }

    // --- intents ---------------------------------------------------------

    function test_Freeze() public {
        policy.freeze(_alone(_freezeHash(1)));
        vm.assertTrue(policy.frozen(), "frozen");
        refuse(
            signed(pay(SHOP, 1)),
            abi.encodeWithSelector(IVouchAccount.Frozen.selector)
        );
        // The same signature does not freeze again.
        bytes memory again = _alone(_freezeHash(1));
        _expect(IVouchPolicy.SignatureRefused.selector);
        policy.freeze(again);
    }

    function test_UnfreezeWaits() public {
        policy.freeze(_alone(_freezeHash(1)));
        Setting[] memory open = _one(Kind.Open, address(0), 0, 1);
        _change(open);
        vm.assertTrue(policy.frozen(), "still frozen");
        (uint256 number, uint256 due,) = policy.intents();
        vm.assertEq(number, 2, "number");
        vm.assertEq(due, NOW + WAIT, "due");
        vm.warp(NOW + WAIT - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IVouchPolicy.NotDue.selector, due)
        );
        policy.applyChange(2, open);
        vm.warp(NOW + WAIT);
        policy.applyChange(2, open);
        vm.assertTrue(!policy.frozen(), "open");
        handle(signed(pay(SHOP, 1)));
        _expect(IVouchPolicy.NothingWaits.selector);
        policy.applyChange(2, open);
    }

    function test_Cancel() public {
        bytes memory early = _alone(_cancelHash(1));
        _expect(IVouchPolicy.NothingWaits.selector);
        policy.cancel(early);
        Setting[] memory more = _one(Kind.DailyLimit, address(0), 0, 1e9);
        _change(more);
        policy.cancel(_alone(_cancelHash(2)));
        vm.warp(NOW + WAIT);
        _expect(IVouchPolicy.NothingWaits.selector);
        policy.applyChange(1, more);
    }

    /// @dev Freezing drops what waits: an unfreezing, say.
    function test_FreezeDropsWhatWaits() public {
        Setting[] memory more = _one(Kind.DailyLimit, address(0), 0, 1e9);
        _change(more);
        policy.freeze(_alone(_freezeHash(2)));
        vm.warp(NOW + WAIT);
        _expect(IVouchPolicy.NothingWaits.selector);
        policy.applyChange(1, more);
    }

    function test_TightenAtOnce() public {
        handle(signed(pay(SHOP, 0.01 ether)));
        (,, uint256 left) = policy.limits();
        uint256 spent = 1e8 - left;
        _change(_one(Kind.DailyLimit, address(0), 0, 5e7));
        uint256 daily;
        (daily,, left) = policy.limits();
        vm.assertEq(daily, 5e7, "daily");
        vm.assertEq(left, 5e7 - spent, "spent stays spent");
        _change(_one(Kind.DailyLimit, address(0), 0, 0));
        (daily,, left) = policy.limits();
        vm.assertEq(daily, 1, "the least");
        vm.assertEq(left, 0, "nothing left");
    }

    /// @dev One loose setting among tight ones: all of them wait.
    function test_AllOrNothing() public {
        Setting[] memory both = new Setting[](2);
        both[0] = Setting(Kind.DailyLimit, address(0), 0, 1);
        both[1] = Setting(Kind.TokenLimit, address(token), 0, 1);
        _change(both);
        (uint256 daily,,) = policy.limits();
        vm.assertEq(daily, 1e8, "as before");
        vm.warp(NOW + WAIT);
        policy.applyChange(1, both);
        (daily,,) = policy.limits();
        vm.assertEq(daily, 1, "applied");
    }

    /// @dev Other settings than those signed are not the change that waits.
    function test_AppliesWhatWasSigned() public {
        Setting[] memory more = _one(Kind.DailyLimit, address(0), 0, 1e9);
        _change(more);
        vm.warp(NOW + WAIT);
        more[0].value++;
        _expect(IVouchPolicy.NothingWaits.selector);
        policy.applyChange(1, more);
        more[0].value--;
        _expect(IVouchPolicy.NothingWaits.selector);
        policy.applyChange(2, more);
        policy.applyChange(1, more);
    }

    function test_WhoMaySign() public {
        Setting[] memory tight = _one(Kind.DailyLimit, address(0), 0, 1);
        bytes32 hash = _changeHash(1, tight);
        // the passkey alone, a foreign co-signer, a foreign passkey, expired
        _refuseChange(tight, _alone(hash));
        Sig memory sig = makeSig();
        sig.cosignerSk = 5;
        _refuseChange(tight, signHash(hash, sig));
        sig = makeSig();
        sig.passkeySk = 5;
        _refuseChange(tight, signHash(hash, sig));
        sig = makeSig();
        sig.validUntil = block.timestamp - 1;
        _refuseChange(tight, signHash(hash, sig));
        // freeze is not signed by both, nor by a foreign passkey
        bytes memory bad = signHash(_freezeHash(1), makeSig());
        _expect(IVouchPolicy.SignatureRefused.selector);
        policy.freeze(bad);
        passkeySk = 5;
        bad = _alone(_freezeHash(1));
        _expect(IVouchPolicy.SignatureRefused.selector);
        policy.freeze(bad);
    }

    /// @dev An intent is of one account, one chain, one number.
    function test_DomainBinds() public {
        bytes memory sig = _alone(_freezeHash(1));
        bytes memory later = _alone(_freezeHash(2));
        _expect(IVouchPolicy.SignatureRefused.selector);
        policy.freeze(later);
        vm.chainId(block.chainid + 1);
        _expect(IVouchPolicy.SignatureRefused.selector);
        policy.freeze(sig);
    }

    function test_EveryBitOfFreeze() public {
        bytes memory sig = _alone(_freezeHash(1));
        for (uint256 i = 0; i < sig.length * 8; ++i) {
            sig[i / 8] ^= bytes1(uint8(1 << (i % 8)));
            (bool ok,) =
                address(policy).call(abi.encodeCall(policy.freeze, (sig)));
            vm.assertTrue(!ok, "a changed bit was taken");
            sig[i / 8] ^= bytes1(uint8(1 << (i % 8)));
        }
        policy.freeze(sig);
    }

    function test_EveryBitOfChange() public {
        Setting[] memory tight = _one(Kind.DailyLimit, address(0), 0, 1);
        bytes memory sig = signHash(_changeHash(1, tight), makeSig());
        for (uint256 i = 0; i < sig.length * 8; ++i) {
            sig[i / 8] ^= bytes1(uint8(1 << (i % 8)));
            (bool ok,) = address(policy)
                .call(abi.encodeCall(policy.change, (tight, sig)));
            vm.assertTrue(!ok, "a changed bit was taken");
            sig[i / 8] ^= bytes1(uint8(1 << (i % 8)));
        }
        policy.change(tight, sig);
    }

    function test_SettingForms() public {
        address t = address(token);
        _refuseSetting(Kind.DailyLimit, t, 0, 1);
        _refuseSetting(Kind.DailyLimit, address(0), 0x01020304, 1);
        _refuseSetting(Kind.DailyLimit, address(0), 0, 1 << 44);
        _refuseSetting(Kind.TokenLimit, address(0), 0, 1);
        _refuseSetting(Kind.TokenLimit, t, 0x01020304, 1);
        _refuseSetting(Kind.TokenLimit, t, 0, 1 << 112);
        _refuseSetting(Kind.TokenLimit, address(account), 0, 1);
        _refuseSetting(Kind.Call, address(0), Token.mint.selector, 1);
        _refuseSetting(Kind.Call, address(account), Token.mint.selector, 1);
        _refuseSetting(Kind.Call, address(EP), Token.mint.selector, 1);
        _refuseSetting(Kind.Call, t, Token.transfer.selector, 1);
        _refuseSetting(Kind.Call, t, Token.transferFrom.selector, 1);
        _refuseSetting(Kind.Call, t, Token.mint.selector, 2);
        _refuseSetting(Kind.Open, t, 0, 1);
        _refuseSetting(Kind.Open, address(0), 0, 2);
    }

    // --- tokens and listed calls -------------------------------------------

    function test_TokenLimit() public {
        _extend(100);
        handle(signed(_do(_transfer(60))));
        vm.assertEq(token.moved(), 60, "moved");
        refuse(signed(_do(_transfer(41))), _over(40, 41));
        handle(signed(_do(_transferFrom(address(account), 10))));
        handle(signed(_do(_approve(SPENDER, 10))));
        (uint256 daily, uint256 day, uint256 left) =
            policy.tokenLimits(address(token));
        vm.assertEq(daily, 100, "daily");
        vm.assertEq(day, block.timestamp / DAY, "day");
        vm.assertEq(left, 20, "left");
        vm.warp(block.timestamp + DAY);
        handle(signed(_do(_transfer(100))));
        // tightened by 10: nothing is left of today
        _change(_one(Kind.TokenLimit, address(token), 0, 90));
        refuse(signed(_do(_transfer(1))), _over(0, 1));
    }

    function test_NotWithoutLimit() public {
        bytes memory why = abi.encodeWithSelector(Calls.CallRefused.selector, 0);
        refuse(signed(_do(_transfer(0))), why);
        _extend(100);
        Token other = new Token();
        Call memory call = _transfer(0);
        call.to = address(other);
        refuse(signed(_do(call)), why);
        refuse(signed(_do(_transferFrom(SHOP, 1))), why);
        call = _transfer(1);
        call.value = 1;
        refuse(signed(_do(call)), why);
        call = _transfer(1);
        call.data = abi.encodePacked(call.data, uint8(0));
        refuse(signed(_do(call)), why);
        call.data = hex"a9059c";
        refuse(signed(_do(call)), why);
        call.data = abi.encodePacked(
            Token.transfer.selector, uint256(1 << 160), uint256(1)
        );
        refuse(signed(_do(call)), why);
        _change(_one(Kind.TokenLimit, address(token), 0, 0));
        refuse(signed(_do(_transfer(1))), why);
    }

    function test_Spender() public {
        _extend(100);
        refuse(
            signed(_do(_approve(SHOP, 1))),
            abi.encodeWithSelector(Policy.SpenderRefused.selector, SHOP)
        );
        // taking an approval back needs no listing
        handle(signed(_do(_approve(SHOP, 0))));
        refuse(
            signed(_do(_approve(SPENDER, type(uint256).max))),
            _over(100, type(uint256).max)
        );
    }

    function test_ListedCall() public {
        _extend(100);
        Call memory call =
            Call(address(token), 5 gwei, abi.encodeCall(Token.mint, (1e6)));
        vm.assertTrue(
            policy.listed(address(token), Token.mint.selector), "listed"
        );
        (,, uint256 before) = policy.limits();
        handle(signed(_do(call)));
        vm.assertEq(token.moved(), 1e6, "outside the token's limit");
        (,, uint256 left) = policy.limits();
        vm.assertTrue(before == 0 || before - left >= 5, "its value counts");
        vm.assertEq(address(token).balance, 5 gwei, "paid");
        _change(_one(Kind.Call, address(token), Token.mint.selector, 0));
        refuse(
            signed(_do(call)),
            abi.encodeWithSelector(Calls.CallRefused.selector, 0)
        );
    }

    /// @dev A failing call undoes the batch, not what was counted.
    function test_FailedCallStaysCounted() public {
        _extend(100);
        vm.etch(address(token), hex"5f5ffd");
        handle(signed(_do(_transfer(60))));
        (,, uint256 left) = policy.tokenLimits(address(token));
        vm.assertEq(left, 40, "counted");
    }

    /// @dev A wrong signature counts nothing.
    function test_WrongSignatureCountsNothing() public {
        _extend(100);
        PackedUserOperation memory op = makeOp(_do(_transfer(60)));
        Sig memory sig = makeSig();
        sig.cosignerSk = 5;
        op.signature = signature(op, sig);
        refuseSignature(op);
        (,, uint256 left) = policy.tokenLimits(address(token));
        vm.assertEq(left, 100, "as it was");
    }

    /// @dev Each byte of a batch with tokens' methods changed: taken by an extended
    /// account only if the plain twin takes it, with the same effect.
    function test_EveryByteOfCalls() public {
        _extend(type(uint112).max);
        Call[] memory calls = new Call[](3);
        calls[0] = _transfer(7);
        calls[1] = Call(SHOP, 1 gwei, "");
        calls[2] = _transferFrom(address(account), 9);
        bytes memory data = batch(calls);
        for (uint256 i = 0; i < data.length; ++i) {
            data[i] ^= bytes1(uint8(1 << (i % 8)));
            _compare(data);
            data[i] ^= bytes1(uint8(1 << (i % 8)));
        }
        _compare(data);
    }

    /// @dev Random batches, against the twin.
    function testFuzz_Calls(uint256 seed) public {
        _extend(1000);
        Call[] memory calls = new Call[](1 + seed % 6);
        for (uint256 i = 0; i < calls.length; ++i) {
            uint256 draw = uint256(keccak256(abi.encode(seed, i)));
            uint256 amount = (draw >> 8) % 300;
            uint256 sort = draw % 16;
            calls[i] = _transfer(amount);
            if (sort < 3) calls[i] = _transferFrom(address(account), amount);
            if (sort == 3) calls[i] = Call(SHOP, amount * 1 gwei, "");
            if (sort == 4) calls[i] = _approve(SPENDER, amount);
            if (sort == 5) {
                calls[i].data = abi.encodeCall(Token.mint, (amount));
            }
            if (sort == 6 && draw >> 250 == 0) calls[i] = _approve(SHOP, 1);
            if (sort == 7 && draw >> 250 == 0) calls[i].to = address(0);
        }
        _compare(batch(calls));
    }

    /// @dev What the plain twin counts of the token; reverts if it refuses.
    function twin(bytes calldata callData) external view returns (uint256 sum) {
        require(bytes4(callData[:4]) == IVouchAccount.execute.selector);
        (bytes32 mode, bytes memory inner) =
            abi.decode(callData[4:], (bytes32, bytes));
        Call[] memory calls = abi.decode(inner, (Call[]));
        require(mode == MODE && keccak256(callData) == keccak256(batch(calls)));
        uint256 wei_ = 0;
        for (uint256 i = 0; i < calls.length; ++i) {
            sum += _twinCall(calls[i]);
            require(calls[i].value < 1 ether);
            wei_ += calls[i].value;
        }
        (uint256 daily,,) = policy.tokenLimits(address(token));
        require(sum <= daily && wei_ + 3e14 <= 0.1 ether);
    }

    function _twinCall(Call memory call) private view returns (uint256) {
        require(call.to != address(0) && call.to != address(account));
        require(call.to != address(EP));
        if (call.data.length == 0) return 0;
        require(call.data.length >= 4 && call.to == address(token));
        bytes memory args = new bytes(call.data.length - 4);
        for (uint256 i = 0; i < args.length; ++i) {
            args[i] = call.data[i + 4];
        }
        bytes4 method = bytes4(call.data);
        if (method == Token.mint.selector) return 0;
        require(call.value == 0);
        if (method == Token.transferFrom.selector) {
            require(args.length == 96);
            (address from,, uint256 part) =
                abi.decode(args, (address, address, uint256));
            require(from == address(account));
            return part;
        }
        require(args.length == 64);
        (address who, uint256 amount) = abi.decode(args, (address, uint256));
        if (method == Token.approve.selector) {
            require(amount == 0 || who == SPENDER);
        } else {
            require(method == Token.transfer.selector);
        }
        return amount;
    }

    function _compare(bytes memory callData) private {
        (bool want, bytes memory sum) =
            address(this).staticcall(abi.encodeCall(this.twin, (callData)));
        PackedUserOperation memory op = signed(callData);
        uint256 id = vm.snapshotState();
        (uint256 daily,,) = policy.tokenLimits(address(token));
        bytes32 hash = EP.getUserOpHash(op);
        vm.prank(address(EP));
        (bool ok,) = address(account)
            .call(abi.encodeCall(account.validateUserOp, (op, hash, 0)));
        vm.assertEq(ok, want, "accepted by one only");
        if (ok) {
            (, uint256 day, uint256 left) = policy.tokenLimits(address(token));
            uint256 moved = day == block.timestamp / DAY ? daily - left : 0;
            vm.assertEq(moved, abi.decode(sum, (uint256)), "counted");
        }
        vm.revertToState(id);
    }

    // --- making things -------------------------------------------------------

    /// @dev A token limit, a listed method, a spender; two days later.
    function _extend(uint128 limit) private {
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
        private
        pure
        returns (Setting[] memory settings)
    {
        settings = new Setting[](1);
        settings[0] = Setting(kind, target, selector, value);
    }

    /// @dev Signed by both, with the next number.
    function _change(Setting[] memory settings) private {
        (uint256 number,,) = policy.intents();
        policy.change(
            settings, signHash(_changeHash(number + 1, settings), makeSig())
        );
    }

    function _refuseChange(Setting[] memory settings, bytes memory sig)
        private
    {
        _expect(IVouchPolicy.SignatureRefused.selector);
        policy.change(settings, sig);
    }

    function _refuseSetting(
        Kind kind,
        address target,
        bytes4 selector,
        uint128 value
    ) private {
        Setting[] memory settings = _one(kind, target, selector, value);
        bytes memory sig = signHash(_changeHash(1, settings), makeSig());
        vm.expectRevert(
            abi.encodeWithSelector(Policy.SettingRefused.selector, 0)
        );
        policy.change(settings, sig);
    }

    /// @dev Kind 2: the passkey alone.
    function _alone(bytes32 hash) private view returns (bytes memory) {
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

    function _transfer(uint256 amount) private view returns (Call memory) {
        return Call(
            address(token), 0, abi.encodeCall(Token.transfer, (SHOP, amount))
        );
    }

    function _transferFrom(address from, uint256 amount)
        private
        view
        returns (Call memory)
    {
        return Call(
            address(token),
            0,
            abi.encodeCall(Token.transferFrom, (from, SHOP, amount))
        );
    }

    function _approve(address who, uint256 amount)
        private
        view
        returns (Call memory)
    {
        return Call(
            address(token), 0, abi.encodeCall(Token.approve, (who, amount))
        );
    }

    function _do(Call memory call) private pure returns (bytes memory) {
        Call[] memory calls = new Call[](1);
        calls[0] = call;
        return batch(calls);
    }

    function _over(uint256 left, uint256 wanted)
        private
        view
        returns (bytes memory)
    {
        return abi.encodeWithSelector(
            Policy.OverTokenLimit.selector, address(token), left, wanted
        );
    }

    function _expect(bytes4 selector) private {
        vm.expectRevert(abi.encodeWithSelector(selector));
    }

    // --- plain twins of lib/Intent.sol -----------------------------------------

    function _typed(bytes32 structHash) private view returns (bytes32) {
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

    function _freezeHash(uint256 number) private view returns (bytes32) {
        return _typed(
            keccak256(abi.encode(keccak256("Freeze(uint64 number)"), number))
        );
    }

    function _cancelHash(uint256 number) private view returns (bytes32) {
        return _typed(
            keccak256(abi.encode(keccak256("Cancel(uint64 number)"), number))
        );
    }

    function _changeHash(uint256 number, Setting[] memory settings)
        private
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
