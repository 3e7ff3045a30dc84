// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    PackedUserOperation
} from "@account-abstraction/contracts/interfaces/PackedUserOperation.sol";

import { Call, Rig } from "./Rig.sol";

/// @title What operations cost as transactions, and the bars for them.
/// @dev The bars are a little above the snapshots, which are exact. Fees
/// differ from one operation to the next, else the deposit's slot gets its
/// old value back and a refund makes the second look cheaper.
contract GasTest is Rig {
    function test_Transfer() public {
        create();
        _gas(_op(pay(SHOP, 1 wei), 1));
        uint256 used = _gas(_op(pay(SHOP, 1 wei), 2));
        vm.snapshotValue("tx", "transfer", used);
        vm.assertLe(used, 98_500, "transfer with a deposit");
    }

    function test_CreateAndTransfer() public {
        PackedUserOperation memory op = makeOp(pay(SHOP, 1 wei));
        op.initCode = makeInitCode();
        op.accountGasLimits = packed(300_000, 50_000);
        op.signature = signature(op, makeSig());
        uint256 used = _gas(op);
        vm.snapshotValue("tx", "create and transfer", used);
        vm.assertLe(used, 185_000, "create and transfer with a deposit");
    }

    function test_Batch() public {
        create();
        Call[] memory calls = new Call[](10);
        for (uint256 i = 0; i < 10; ++i) {
            calls[i] = Call(address(uint160(0x50b000 + i)), 1 wei, "");
            vm.deal(calls[i].to, 1 wei);
        }
        _gas(_op(pay(SHOP, 1 wei), 1));
        PackedUserOperation memory op = makeOp(batch(calls));
        op.accountGasLimits = packed(150_000, 300_000);
        op.signature = signature(op, makeSig());
        uint256 used = _gas(op);
        vm.snapshotValue("tx", "batch of ten", used);
        vm.assertLe(used, 199_000, "batch of ten with a deposit");
    }

    function _op(bytes memory callData, uint256 price)
        private
        view
        returns (PackedUserOperation memory op)
    {
        op = makeOp(callData);
        op.gasFees = packed(price * 1 gwei, price * 1 gwei);
        op.signature = signature(op, makeSig());
    }

    function _gas(PackedUserOperation memory op) private returns (uint256) {
        handle(op);
        return vm.lastCallGas().gasTotalUsed;
    }
}
