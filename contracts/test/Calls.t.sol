// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IVouchAccount } from "../interfaces/IVouchAccount.sol";
import { Calls } from "../lib/Calls.sol";
import { Call, Rig } from "./Rig.sol";

/// @title lib/Calls.sol against a plain twin: abi.decode, abi.encode again,
/// compare, and then look at each call.
contract CallsTest is Rig {
    uint256 private constant CAP = 1 << 128;

    function setUp() public override { }

    function totalValue(bytes calldata callData)
        external
        view
        returns (uint256)
    {
        return Calls.totalValue(callData);
    }

    function twin(bytes calldata callData) external view returns (uint256) {
        require(bytes4(callData[:4]) == IVouchAccount.execute.selector);
        (bytes32 mode, bytes memory data) =
            abi.decode(callData[4:], (bytes32, bytes));
        require(mode == MODE);
        Call[] memory calls = abi.decode(data, (Call[]));
        require(keccak256(callData) == keccak256(batch(calls)));
        require(calls.length <= 16);
        uint256 total = 0;
        for (uint256 i = 0; i < calls.length; ++i) {
            require(_understood(calls[i]));
            total += calls[i].value < CAP ? calls[i].value : CAP;
        }
        return total;
    }

    function _understood(Call memory call) private view returns (bool) {
        if (call.to == address(0) || call.to == address(this)) return false;
        if (call.to != address(EP)) return call.data.length == 0;
        if (call.data.length != 36) return false;
        (bytes4 selector, uint256 who) =
            (bytes4(call.data), uint256(_tail(call.data)));
        return selector == EP.depositTo.selector && who <= type(uint160).max;
    }

    function _tail(bytes memory data) private pure returns (bytes32 word) {
        for (uint256 i = 0; i < 32; ++i) {
            word |= bytes32(data[4 + i]) >> (8 * i);
        }
    }

    /// @dev Batches of up to 18 calls of all sorts.
    function testFuzz_Batch(uint256 seed) public view {
        _compare(batch(_calls(seed)));
    }

    /// @dev The same with a byte changed, bytes cut off or added.
    function testFuzz_Mutated(uint256 seed, uint256 where, bytes1 change)
        public
        view
    {
        bytes memory data = batch(_calls(seed % 64));
        data[where % data.length] ^= change;
        _compare(data);
        if (change & 0x03 == 0) _compare(bytes.concat(data, change));
        if (change & 0x03 == 0x01) _compare(_cut(data, where % data.length));
    }

    /// @dev Every bit of one batch that has each sort of understood call.
    function test_EveryBit() public view {
        Call[] memory calls = new Call[](3);
        calls[0] = Call(SHOP, 1 ether, "");
        calls[1] = _deposit(2 ether, BUNDLER);
        calls[2] = Call(BUNDLER, 0, "");
        bytes memory data = batch(calls);
        vm.assertEq(this.totalValue(data), 3 ether, "understood");
        for (uint256 i = 0; i < data.length * 8; ++i) {
            data[i / 8] ^= bytes1(uint8(1 << (i % 8)));
            _compare(data);
            data[i / 8] ^= bytes1(uint8(1 << (i % 8)));
        }
        for (uint256 len = 0; len < data.length; ++len) {
            _compare(_cut(data, len));
        }
    }

    function testFuzz_Noise(bytes calldata noise) public view {
        _compare(noise);
        _compare(abi.encodeCall(IVouchAccount.execute, (MODE, bytes(noise))));
    }

    function test_Bounds() public view {
        vm.assertEq(this.totalValue(batch(new Call[](0))), 0, "no call");
        vm.assertEq(this.totalValue(batch(_pays(16))), 16, "sixteen");
        (bool ok,) = _ask(this.totalValue.selector, batch(_pays(17)));
        vm.assertTrue(!ok, "seventeen");
    }

    function test_HugeValuesDoNotWrap() public view {
        Call[] memory calls = _pays(16);
        for (uint256 i = 0; i < 16; ++i) {
            calls[i].value = type(uint256).max;
        }
        vm.assertEq(this.totalValue(batch(calls)), 16 * CAP, "saturated");
    }

    function _pays(uint256 cnt) private pure returns (Call[] memory calls) {
        calls = new Call[](cnt);
        for (uint256 i = 0; i < cnt; ++i) {
            calls[i] = Call(SHOP, 1, "");
        }
    }

    function _deposit(uint256 value, address who)
        private
        pure
        returns (Call memory)
    {
        return Call(address(EP), value, abi.encodeCall(EP.depositTo, (who)));
    }

    function _calls(uint256 seed) private view returns (Call[] memory calls) {
        calls = new Call[](_draw(seed, 0) % 19);
        for (uint256 i = 0; i < calls.length; ++i) {
            // Most are understood, else long batches never are.
            uint256 sort = _draw(seed, 2 * i + 1) % 100;
            uint256 value = _draw(seed, 2 * i + 2);
            if (value % 4 != 0) value >>= 128;
            calls[i] = Call(SHOP, value, "");
            if (sort < 30) calls[i] = _deposit(value, SHOP);
            if (sort == 95) calls[i].to = address(this);
            if (sort == 96) calls[i].to = address(0);
            if (sort == 97) calls[i].to = address(EP);
            if (sort == 98) calls[i].data = abi.encode(seed);
            if (sort == 99) {
                calls[i] = _deposit(value, SHOP);
                calls[i].data[value % 16] ^= 0x01;
            }
        }
    }

    function _draw(uint256 seed, uint256 index) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, index)));
    }

    function _cut(bytes memory data, uint256 len)
        private
        pure
        returns (bytes memory out)
    {
        out = new bytes(len);
        for (uint256 i = 0; i < len; ++i) {
            out[i] = data[i];
        }
    }

    function _ask(bytes4 selector, bytes memory data)
        private
        view
        returns (bool ok, bytes memory answer)
    {
        return address(this).staticcall(abi.encodeWithSelector(selector, data));
    }

    function _compare(bytes memory data) private view {
        (bool ok, bytes memory answer) = _ask(this.totalValue.selector, data);
        (bool twinOk, bytes memory want) = _ask(this.twin.selector, data);
        vm.assertEq(ok, twinOk, "accepted by one only");
        if (ok) vm.assertEq(answer, want, "value");
    }
}
