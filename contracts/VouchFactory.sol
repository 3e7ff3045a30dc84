// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { VouchAccount } from "./VouchAccount.sol";
import { IVouchFactory } from "./interfaces/IVouchFactory.sol";
import { Proxy } from "./lib/Proxy.sol";

/// @title See IVouchFactory.
/// @dev Takes no arguments and brings the implementation along, so one
/// CREATE2 of this code puts the whole system at the same addresses on every
/// chain. It has no storage: bundlers need no stake of it (ERC-7562).
contract VouchFactory is IVouchFactory {
    /// @inheritdoc IVouchFactory
    address public immutable implementation;

    constructor() {
        implementation = address(new VouchAccount{ salt: 0 }());
    }

    /// @inheritdoc IVouchFactory
    function createAccount(bytes24 commitment)
        external
        returns (address account)
    {
        if (commitment == 0) revert NoCommitment();
        bytes memory code = Proxy.creationCode(implementation, commitment);
        account = Proxy.addressOf(code);
        if (account.code.length != 0) return account;
        if (Proxy.create(code) != account) revert NotCreated();
    }

    /// @inheritdoc IVouchFactory
    function getAddress(bytes24 commitment) external view returns (address) {
        return Proxy.addressOf(Proxy.creationCode(implementation, commitment));
    }
}
