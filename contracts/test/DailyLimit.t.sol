// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    PackedUserOperation
} from "@account-abstraction/contracts/interfaces/PackedUserOperation.sol";

import { IVouchAccount } from "../interfaces/IVouchAccount.sol";
import { Call, Rig, Sig } from "./Rig.sol";

/// @title The daily limit and the fee cap, counted in gwei in validation.
contract DailyLimitTest is Rig {
    uint256 private constant LIMIT = 0.1 ether / 1 gwei;
    /// @dev Of makeOp's operations: 300,000 gas at 1 gwei.
    uint256 private constant FEE = 300_000;
    uint256 private constant TODAY = NOW / DAY;

    function setUp() public override {
        super.setUp();
        create();
    }

    function test_CountsValueAndHighestFee() public {
        handle(signed(pay(SHOP, 1000 gwei)));
        _expect(TODAY, LIMIT - FEE - 1000);
        handle(signed(pay(SHOP, 0)));
        _expect(TODAY, LIMIT - 2 * FEE - 1000);
    }

    function test_AllOfIt() public {
        handle(signed(pay(SHOP, 0.1 ether - FEE * 1 gwei)));
        _expect(TODAY, 0);
        refuse(signed(pay(SHOP, 0)), _over(0, FEE));
    }

    function test_OneWeiTooMuch() public {
        refuse(
            signed(pay(SHOP, 0.1 ether - FEE * 1 gwei + 1)),
            _over(LIMIT, LIMIT + 1)
        );
    }

    /// @dev The sum is rounded up, once.
    function test_Rounding() public {
        _zeroFee(pay(SHOP, 1));
        _expect(TODAY, LIMIT - 1);
        _zeroFee(pay(SHOP, 1 gwei));
        _expect(TODAY, LIMIT - 2);
        _zeroFee(pay(SHOP, 1 gwei + 1));
        _expect(TODAY, LIMIT - 4);
        Call[] memory calls = new Call[](2);
        calls[0] = Call(SHOP, 0.5 gwei, "");
        calls[1] = Call(SHOP, 0.5 gwei, "");
        _zeroFee(batch(calls));
        _expect(TODAY, LIMIT - 5);
        _zeroFee(pay(SHOP, 0));
        _expect(TODAY, LIMIT - 5);
    }

    function test_DepositsCount() public {
        Call[] memory calls = new Call[](1);
        calls[0] =
            Call(address(EP), 0.05 ether, abi.encodeCall(EP.depositTo, (SHOP)));
        _zeroFee(batch(calls));
        _expect(TODAY, LIMIT / 2);
    }

    function test_SumsOverBatchDoNotWrap() public {
        Call[] memory calls = new Call[](2);
        calls[0] = Call(SHOP, type(uint256).max, "");
        calls[1] = Call(SHOP, 1, "");
        uint256 wanted = (2 ** 128 + 1 + FEE * 1 gwei) / 1 gwei + 1;
        refuse(signed(batch(calls)), _over(LIMIT, wanted));
        calls[1].value = 2 ** 255;
        calls[0].value = 2 ** 255;
        wanted = (2 ** 129 + FEE * 1 gwei) / 1 gwei + 1;
        refuse(signed(batch(calls)), _over(LIMIT, wanted));
    }

    function test_NextDayRefills() public {
        handle(signed(pay(SHOP, 0.09 ether)));
        vm.warp(NOW + DAY);
        handle(signed(pay(SHOP, 0.09 ether)));
        _expect(TODAY + 1, LIMIT - FEE - 0.09 ether / 1 gwei);
    }

    function test_DaysOnlyForward() public {
        handle(signed(pay(SHOP, 1 gwei)));
        // As if tomorrow had been counted: what was left today is forgotten.
        vm.store(address(account), 0, _slot(TODAY + 1, 5));
        refuse(
            signed(pay(SHOP, 0)),
            abi.encodeWithSelector(
                IVouchAccount.DayRefused.selector, TODAY + 1, TODAY
            )
        );
    }

    /// @dev Tomorrow's limit opens two minutes early, not earlier.
    function test_TomorrowTwoMinutesEarly() public {
        Sig memory sig = makeSig();
        sig.validUntil = (TODAY + 1) * DAY + 60;
        PackedUserOperation memory op = makeOp(pay(SHOP, 1 gwei));
        op.signature = signature(op, sig);
        vm.warp((TODAY + 1) * DAY - 120);
        _refuseWith(op, "AA22 expired or not due");
        vm.warp((TODAY + 1) * DAY - 119);
        handle(op);
        _expect(TODAY + 1, LIMIT - FEE - 1);
    }

    function test_ExpiredRefused() public {
        PackedUserOperation memory op = signed(pay(SHOP, 1));
        vm.warp(makeSig().validUntil + 1);
        _refuseWith(op, "AA22 expired or not due");
    }

    /// @dev Day 0 holds validUntil 0, "for ever"; days past 16 bits have no
    /// place in the slot.
    function test_DayRange() public {
        uint256[4] memory untils =
            [uint256(0), DAY - 1, 65_536 * DAY, type(uint48).max];
        for (uint256 i = 0; i < untils.length; ++i) {
            PackedUserOperation memory op = makeOp(pay(SHOP, 0));
            Sig memory sig = makeSig();
            sig.validUntil = untils[i];
            op.signature = signature(op, sig);
            refuse(
                op,
                abi.encodeWithSelector(
                    IVouchAccount.DayRefused.selector, 0, untils[i] / DAY
                )
            );
        }
        vm.warp(65_535 * DAY + 100);
        handle(signed(pay(SHOP, 1 gwei)));
        _expect(65_535, LIMIT - FEE - 1);
    }

    function test_OwnLimit() public {
        // Nothing looks at slot 1 until slot 0 says so.
        vm.store(address(account), bytes32(uint256(1)), bytes32(FEE + 7));
        (uint256 daily,,) = policy.limits();
        vm.assertEq(daily, LIMIT, "default");
        bytes32 hot = vm.load(address(account), 0);
        vm.store(address(account), 0, hot | bytes32(uint256(4) << 60));
        handle(signed(pay(SHOP, 6 gwei)));
        vm.assertEq(
            vm.load(address(account), 0),
            _slot(TODAY, 1) | bytes32(uint256(4) << 60),
            "the hot slot"
        );
        (daily,,) = policy.limits();
        vm.assertEq(daily, FEE + 7, "daily");
        // High bits of the slot are for later and change nothing.
        vm.store(
            address(account), bytes32(uint256(1)), bytes32(type(uint256).max)
        );
        (daily,,) = policy.limits();
        vm.assertEq(daily, 2 ** 44 - 1, "the largest");
    }

    /// @dev 300,000 gas may cost 0.02 ether at most.
    function test_FeeCap() public {
        PackedUserOperation memory op = makeOp(pay(SHOP, 0));
        uint256 price = 0.02 ether / uint256(300_000);
        op.gasFees = packed(1, price + 1);
        op.signature = signature(op, makeSig());
        refuse(
            op,
            abi.encodeWithSelector(
                IVouchAccount.FeeOverCap.selector,
                0.02 ether,
                300_000 * (price + 1)
            )
        );
        op.gasFees = packed(1, price);
        op.signature = signature(op, makeSig());
        handle(op);
        _expect(TODAY, LIMIT - (300_000 * price + 1 gwei - 1) / 1 gwei);
    }

    /// @dev Each of the four factors at its largest: refused, not wrapped.
    /// EntryPoint stops these itself, so the account is asked directly.
    function test_FeeDoesNotWrap() public {
        PackedUserOperation memory op = makeOp(pay(SHOP, 0));
        uint256 most = type(uint128).max;
        op.accountGasLimits = packed(most, 0);
        _refuseFee(op, type(uint256).max);
        op.accountGasLimits = packed(0, most);
        _refuseFee(op, type(uint256).max);
        op.accountGasLimits = packed(0, 0);
        op.preVerificationGas = type(uint256).max;
        _refuseFee(op, type(uint256).max);
        most = type(uint120).max;
        op.preVerificationGas = most;
        op.accountGasLimits = packed(most, most);
        op.gasFees = packed(0, type(uint128).max);
        _refuseFee(op, 3 * most * type(uint128).max);
    }

    /// @dev Who pays is who counts: with a paymaster only the value does.
    function test_PaymasterFeeNotCounted() public {
        PackedUserOperation memory op = makeOp(pay(SHOP, 1 gwei));
        op.gasFees = packed(1, type(uint64).max);
        op.paymasterAndData =
            abi.encodePacked(address(0xfeed), uint128(1e5), uint128(1e5));
        op.signature = signature(op, makeSig());
        bytes32 hash = EP.getUserOpHash(op);
        vm.prank(address(EP));
        uint256 data = account.validateUserOp(op, hash, 0);
        vm.assertEq(uint160(data), 0, "valid");
        _expect(TODAY, LIMIT - 1);
    }

    /// @dev Against a plain model, over operations of two days.
    function testFuzz_Model(uint256 seed) public {
        uint256 day = 0;
        uint256 left = 0;
        for (uint256 i = 0; i < 8; ++i) {
            uint256 draw = uint256(keccak256(abi.encode(seed, i)));
            uint256 value = draw % 0.06 ether;
            Sig memory sig = makeSig();
            sig.validUntil = NOW + (draw >> 128) % 2 * DAY;
            PackedUserOperation memory op = makeOp(pay(SHOP, value));
            op.signature = signature(op, sig);
            uint256 today = sig.validUntil / DAY;
            uint256 wanted = (value + FEE * 1 gwei + 1 gwei - 1) / 1 gwei;
            uint256 rest = today == day ? left : LIMIT;
            bool good = today >= day && wanted <= rest;
            if (good) (day, left) = (today, rest - wanted);
            vm.assertEq(_validates(op), good, "validates");
            if (day != 0) _expect(day, left);
        }
    }

    function _validates(PackedUserOperation memory op)
        private
        returns (bool ok)
    {
        bytes memory data = abi.encodeCall(
            account.validateUserOp, (op, EP.getUserOpHash(op), 0)
        );
        vm.prank(address(EP));
        (ok,) = address(account).call(data);
    }

    function _zeroFee(bytes memory callData) private {
        PackedUserOperation memory op = makeOp(callData);
        op.gasFees = 0;
        op.signature = signature(op, makeSig());
        handle(op);
    }

    function _refuseFee(PackedUserOperation memory op, uint256 wanted) private {
        op.signature = signHash(keccak256("hash"), makeSig());
        vm.prank(address(EP));
        vm.expectRevert(
            abi.encodeWithSelector(
                IVouchAccount.FeeOverCap.selector, 0.02 ether, wanted
            )
        );
        account.validateUserOp(op, keccak256("hash"), 0);
    }

    function _refuseWith(PackedUserOperation memory op, string memory why)
        private
    {
        vm.expectRevert(
            abi.encodeWithSignature("FailedOp(uint256,string)", 0, why)
        );
        handle(op);
    }

    function _over(uint256 left, uint256 wanted)
        private
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSelector(
            IVouchAccount.OverDailyLimit.selector, left, wanted
        );
    }

    function _slot(uint256 day, uint256 left) private view returns (bytes32) {
        return bytes32(commitment()) | bytes32((day << 44) | left);
    }

    function _expect(uint256 day, uint256 left) private view {
        vm.assertEq(
            vm.load(address(account), 0), _slot(day, left), "the hot slot"
        );
    }
}
