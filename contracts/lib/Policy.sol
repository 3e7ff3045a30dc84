// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { Calls } from "./Calls.sol";
import { Kind, Setting } from "./Intent.sol";
import { Word } from "./Word.sol";

/// @dev limit 128 | day 16 | left 112, high bits to low; zero: no limit slot,
/// so the token cannot be moved.
type TokenSlot is uint256;

/// @title What an account allows beyond plain payments: tokens with a daily
/// limit, and listed calls outside of all limits.
/// @notice Of a token that has a limit, transfer, transferFrom(this account)
/// and approve(listed spender) are understood and counted; an approval counts
/// as if it were spent at once. Those three methods can be called on nothing
/// else, listed or not.
library Policy {
    /// @notice More of the token than is left of its daily limit.
    error OverTokenLimit(address token, uint256 left, uint256 wanted);

    /// @notice The approval's spender is not listed.
    error SpenderRefused(address spender);

    /// @notice The setting of that index is not in its one form.
    error SettingRefused(uint256 index);

    /// @dev From slot 2 of the account on; later versions add behind it.
    struct State {
        /// How many intents were carried out.
        uint64 number;
        /// When the waiting change may be applied; 0: none waits.
        uint48 due;
        bytes32 pending;
        mapping(address token => TokenSlot) tokens;
        mapping(address to => mapping(bytes4 selector => bool)) calls;
    }

    bytes4 internal constant TRANSFER = 0xa9059cbb;
    bytes4 internal constant TRANSFER_FROM = 0x23b872dd;
    bytes4 internal constant APPROVE = 0x095ea7b3;

    uint256 internal constant TOKEN_MAX = type(uint112).max;
    uint256 private constant DAY_SHIFT = 112;
    uint256 private constant LIMIT_SHIFT = 128;

    /// @notice The limit as it stands.
    function limits(State storage s, address token)
        internal
        view
        returns (uint256 daily, uint256 day, uint256 left)
    {
        uint256 word = TokenSlot.unwrap(s.tokens[token]);
        daily = word >> LIMIT_SHIFT;
        day = (word >> DAY_SHIFT) & type(uint16).max;
        left = word & TOKEN_MAX;
    }

    /// @notice Counts one call that has data and is not the EntryPoint's.
    /// @param day the operation is counted into; below 2^16, never before a
    /// day that was counted already
    /// @dev Reverts unless the call is understood and within its limit.
    function count(
        State storage s,
        uint256 index,
        address to,
        uint256 value,
        bytes calldata data,
        uint256 day
    ) internal {
        if (data.length < 4) revert Calls.CallRefused(index);
        bytes4 selector = bytes4(data);
        if (!_movesToken(selector)) {
            if (!s.calls[to][selector]) revert Calls.CallRefused(index);
            return;
        }
        (bool good, address who, uint256 amount) = _method(selector, data);
        if (!good || value != 0) revert Calls.CallRefused(index);
        if (selector == APPROVE && amount != 0 && !s.calls[who][APPROVE]) {
            revert SpenderRefused(who);
        }
        _spend(s, index, to, amount, day);
    }

    /// @notice True if the setting is no looser than what holds now.
    /// @param daily the native limit in gwei
    /// @param open 0 if the account is frozen, else 1
    function tightens(
        State storage s,
        Setting calldata setting,
        uint256 daily,
        uint256 open
    ) internal view returns (bool) {
        uint256 value = setting.value;
        if (setting.kind == Kind.DailyLimit) return value <= daily;
        if (setting.kind == Kind.Open) return value <= open;
        if (setting.kind == Kind.Call) {
            return value == 0 || s.calls[setting.target][setting.selector];
        }
        (uint256 limit,,) = limits(s, setting.target);
        return value <= limit;
    }

    /// @notice Reverts unless the setting is in its one form.
    function check(Setting calldata setting, uint256 index) internal view {
        Kind kind = setting.kind;
        address target = setting.target;
        bytes4 selector = setting.selector;
        uint256 most = 1;
        if (kind == Kind.DailyLimit) most = type(uint64).max >> 20;
        if (kind == Kind.TokenLimit) most = TOKEN_MAX;
        bool aims = kind == Kind.TokenLimit || kind == Kind.Call;
        if (
            setting.value > most || aims != (target != address(0))
                || target == address(this) || target == Calls.ENTRY_POINT
                || (kind != Kind.Call && selector != 0)
                || (kind == Kind.Call
                    && (selector == TRANSFER || selector == TRANSFER_FROM))
        ) revert SettingRefused(index);
    }

    /// @notice Sets a token's limit; what was spent of it today stays spent.
    function setToken(State storage s, address token, uint256 limit) internal {
        (uint256 old, uint256 day, uint256 left) = limits(s, token);
        s.tokens[token] = TokenSlot.wrap(
            (limit << LIMIT_SHIFT) | (day << DAY_SHIFT) | rest(limit, old, left)
        );
    }

    /// @notice What is left of a new limit when `left` was of the old one.
    function rest(uint256 limit, uint256 old, uint256 left)
        internal
        pure
        returns (uint256)
    {
        uint256 spent = old > left ? old - left : 0;
        return limit > spent ? limit - spent : 0;
    }

    function _spend(
        State storage s,
        uint256 index,
        address token,
        uint256 amount,
        uint256 day
    ) private {
        (uint256 limit, uint256 last, uint256 left) = limits(s, token);
        if (limit == 0) revert Calls.CallRefused(index);
        if (day != last) left = limit;
        if (amount > left) revert OverTokenLimit(token, left, amount);
        unchecked {
            s.tokens[token] = TokenSlot.wrap(
                (limit << LIMIT_SHIFT) | (day << DAY_SHIFT) | (left - amount)
            );
        }
    }

    function _movesToken(bytes4 selector) private pure returns (bool) {
        return selector == TRANSFER || selector == TRANSFER_FROM
            || selector == APPROVE;
    }

    /// @dev Selector and whole words, addresses with nothing above them, and
    /// from this account only.
    function _method(bytes4 selector, bytes calldata data)
        private
        view
        returns (bool good, address who, uint256 amount)
    {
        uint256 pos = 4;
        good = true;
        if (selector == TRANSFER_FROM) {
            good = Word.load(data, pos) == uint160(address(this));
            pos = 36;
        }
        good = good && data.length == pos + 64;
        if (!good) return (false, address(0), 0);
        uint256 word = Word.load(data, pos);
        amount = Word.load(data, pos + 32);
        return (word >> 160 == 0, address(uint160(word)), amount);
    }
}
