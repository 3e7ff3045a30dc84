// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { HotSlot, LEFT_MAX } from "./lib/HotSlot.sol";
import { Policy } from "./lib/Policy.sol";

/// @title What an account stores, for the two contracts whose code runs on it.
abstract contract AccountStorage {
    uint256 private constant DAILY_LIMIT_DEFAULT = 0.1 ether / 1 gwei;

    /// @dev Slot 0. The creation code of the proxy writes it first.
    HotSlot internal _hot;
    /// @dev Slot 1. The low 44 bits are the daily limit in gwei, if slot 0 says
    /// that one was set; the others are not used yet.
    uint256 internal _policy;
    /// @dev Slots 2 to 5. Later versions add behind them.
    Policy.State internal _rules;

    /// @param hot slot 0
    function _dailyLimit(HotSlot hot) internal view returns (uint256 gweis) {
        return hot.limited() ? _policy & LEFT_MAX : DAILY_LIMIT_DEFAULT;
    }
}
