// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    PackedUserOperation
} from "@account-abstraction/contracts/interfaces/PackedUserOperation.sol";

import { IVouchAccount } from "../interfaces/IVouchAccount.sol";
import { Calls } from "../lib/Calls.sol";
import { Kind } from "../lib/Intent.sol";
import { Policy } from "../lib/Policy.sol";
import { PolicyRig } from "./PolicyRig.sol";
import { Call, Sig } from "./Rig.sol";
import { Token } from "./Token.sol";

/// @title Tokens with limits and listed calls, end to end.
contract PolicyTest is PolicyRig {
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
}
