// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IVouchAccount } from "../interfaces/IVouchAccount.sol";
import { IVouchPolicy } from "../interfaces/IVouchPolicy.sol";
import { Kind, Setting } from "../lib/Intent.sol";
import { Policy } from "../lib/Policy.sol";
import { PolicyRig } from "./PolicyRig.sol";
import { Sig } from "./Rig.sol";
import { Token } from "./Token.sol";

/// @title Intents, end to end: who signs, what waits, what each may be.
contract IntentsTest is PolicyRig {
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
        _expectEvent();
        emit IVouchPolicy.ChangeDropped(2);
        policy.cancel(_alone(_cancelHash(2)));
        vm.warp(NOW + WAIT);
        _expect(IVouchPolicy.NothingWaits.selector);
        policy.applyChange(1, more);
    }

    /// @dev Freezing drops what waits: an unfreezing, say.
    function test_FreezeDropsWhatWaits() public {
        Setting[] memory more = _one(Kind.DailyLimit, address(0), 0, 1e9);
        _change(more);
        _expectEvent();
        emit IVouchPolicy.ChangeDropped(2);
        _expectEvent();
        emit IVouchPolicy.FrozenSet(true);
        policy.freeze(_alone(_freezeHash(2)));
        vm.warp(NOW + WAIT);
        _expect(IVouchPolicy.NothingWaits.selector);
        policy.applyChange(1, more);
    }

    /// @dev Whoever watches an account sees each step.
    function test_Events() public {
        Setting[] memory more = _one(Kind.DailyLimit, address(0), 0, 1e9);
        bytes32 hash = _changeHash(1, more);
        bytes memory sig = signHash(hash, makeSig());
        _expectEvent();
        emit IVouchPolicy.ChangeWaits(1, NOW + WAIT, hash);
        policy.change(more, sig);
        vm.warp(NOW + WAIT);
        _expectEvent();
        emit IVouchPolicy.SettingSet(Kind.DailyLimit, address(0), 0, 1e9);
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

    function _expectEvent() private {
        vm.expectEmit(address(account));
    }

    function _expect(bytes4 selector) private {
        vm.expectRevert(abi.encodeWithSelector(selector));
    }
}
