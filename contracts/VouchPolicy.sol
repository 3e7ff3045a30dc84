// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { AccountStorage } from "./AccountStorage.sol";
import { IVouchPolicy } from "./interfaces/IVouchPolicy.sol";
import { Calls } from "./lib/Calls.sol";
import { DualSignature } from "./lib/DualSignature.sol";
import { HotSlot, LEFT_MAX } from "./lib/HotSlot.sol";
import { Intent, Kind, Setting } from "./lib/Intent.sol";
import { Policy } from "./lib/Policy.sol";

/// @title See IVouchPolicy. Code that runs on an account's storage, by
/// delegatecall from VouchAccount; by itself it has no keys, so it does
/// nothing.
contract VouchPolicy is AccountStorage, IVouchPolicy {
    using Policy for Policy.State;

    /// @dev How long what loosens waits; never under a day.
    uint256 private constant DELAY = 2 days;
    uint256 private constant SETTING_CNT_MAX = 16;

    /// @dev Whether this chain has a right P256VERIFY.
    bool private immutable _p256Native;

    constructor(bool p256Native) {
        _p256Native = p256Native;
    }

    /// @inheritdoc IVouchPolicy
    function supportsExecutionMode(bytes32 mode) external pure returns (bool) {
        return mode == Calls.MODE;
    }

    /// @inheritdoc IVouchPolicy
    function commitment() external view returns (bytes24) {
        return _hot.commitment();
    }

    /// @inheritdoc IVouchPolicy
    function frozen() external view returns (bool) {
        return _hot.frozen();
    }

    /// @inheritdoc IVouchPolicy
    function limits()
        external
        view
        returns (uint256 daily, uint256 day, uint256 left)
    {
        HotSlot hot = _hot;
        return (_dailyLimit(hot), hot.day(), hot.left());
    }

    /// @inheritdoc IVouchPolicy
    function tokenLimits(address token)
        external
        view
        returns (uint256 daily, uint256 day, uint256 left)
    {
        return _rules.limits(token);
    }

    /// @inheritdoc IVouchPolicy
    function listed(address to, bytes4 selector) external view returns (bool) {
        return _rules.calls[to][selector];
    }

    /// @inheritdoc IVouchPolicy
    function intents()
        external
        view
        returns (uint256 number, uint256 due, bytes32 pending)
    {
        return (_rules.number, _rules.due, _rules.pending);
    }

    /// @inheritdoc IVouchPolicy
    function freeze(bytes calldata signature) external {
        _passkeyAlone(Intent.freeze(_take()), signature);
        _hot = _hot.opened(false);
        emit FrozenSet(true);
    }

    /// @inheritdoc IVouchPolicy
    function cancel(bytes calldata signature) external {
        if (_rules.due == 0) revert NothingWaits();
        _passkeyAlone(Intent.cancel(_take()), signature);
    }

    /// @inheritdoc IVouchPolicy
    function change(Setting[] calldata settings, bytes calldata signature)
        external
    {
        uint64 number = _take();
        bytes32 hash = Intent.change(number, settings);
        _bothKeys(hash, signature);
        if (_allTighten(settings)) {
            _set(settings);
            return;
        }
        uint256 due = block.timestamp + DELAY;
        (_rules.due, _rules.pending) = (uint48(due), hash);
        emit ChangeWaits(number, due, hash);
    }

    /// @inheritdoc IVouchPolicy
    function applyChange(uint64 number, Setting[] calldata settings) external {
        uint256 due = _rules.due;
        if (due == 0 || _rules.pending != Intent.change(number, settings)) {
            revert NothingWaits();
        }
        if (block.timestamp < due) revert NotDue(due);
        (_rules.due, _rules.pending) = (0, 0);
        _set(settings);
    }

    /// @dev The next intent's number. Whatever waited gives way to it.
    function _take() private returns (uint64 number) {
        number = _rules.number + 1;
        if (_rules.due != 0) emit ChangeDropped(number);
        (_rules.number, _rules.due, _rules.pending) = (number, 0, 0);
    }

    function _passkeyAlone(bytes32 hash, bytes calldata signature)
        private
        view
    {
        uint256 good = DualSignature.checkPasskey(
            signature, hash, _hot.commitment(), _p256Native
        );
        if (good != 1) revert SignatureRefused();
    }

    function _bothKeys(bytes32 hash, bytes calldata sig) private view {
        if (
            !DualSignature.wellFormed(sig)
                || DualSignature.validUntil(sig) < block.timestamp
                || DualSignature.check(
                        sig, hash, _hot.commitment(), _p256Native
                    ) != 1
        ) revert SignatureRefused();
    }

    /// @dev Also checks their form.
    function _allTighten(Setting[] calldata settings)
        private
        view
        returns (bool all)
    {
        HotSlot hot = _hot;
        uint256 open = hot.frozen() ? 0 : 1;
        if (settings.length == 0 || settings.length > SETTING_CNT_MAX) {
            revert Policy.SettingRefused(settings.length);
        }
        all = true;
        for (uint256 i = 0; i < settings.length; ++i) {
            Policy.check(settings[i], i);
            all = all && _rules.tightens(settings[i], _dailyLimit(hot), open);
        }
    }

    function _set(Setting[] calldata settings) private {
        for (uint256 i = 0; i < settings.length; ++i) {
            Setting calldata s = settings[i];
            if (s.kind == Kind.DailyLimit) {
                _setDailyLimit(s.value == 0 ? 1 : s.value);
            } else if (s.kind == Kind.Open) {
                _hot = _hot.opened(s.value == 1);
                emit FrozenSet(s.value == 0);
            } else {
                if (s.kind == Kind.TokenLimit) {
                    _rules.setToken(s.target, s.value);
                } else {
                    _rules.calls[s.target][s.selector] = s.value == 1;
                }
                _hot = _hot.widened();
            }
            emit SettingSet(s.kind, s.target, s.selector, s.value);
        }
    }

    /// @dev What was spent of the last day stays spent.
    function _setDailyLimit(uint256 gweis) private {
        HotSlot hot = _hot;
        uint256 left = Policy.rest(gweis, _dailyLimit(hot), hot.left());
        _hot = hot.counted(hot.day(), left).withLimit();
        _policy = (_policy & ~LEFT_MAX) | gweis;
    }
}
