// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { Delegate } from "../lib/Delegate.sol";
import { Rig } from "./Rig.sol";

/// @dev Echoes, keeps, or reverts with what it is given.
contract Echo {
    bytes32 private _kept;

    function echo(bytes calldata data, bool fails)
        external
        returns (bytes memory)
    {
        _kept = keccak256(data);
        require(!fails, string(data));
        return data;
    }
}

contract Forwarder {
    bytes32 private _kept;
    address private immutable _code = address(new Echo());

    fallback() external {
        Delegate.forward(_code);
    }
}

/// @title lib/Delegate.sol against calling the code itself.
contract DelegateTest is Rig {
    function setUp() public override { }

    function testFuzz_SameAsItself(bytes calldata data, bool fails) public {
        address twin = address(new Echo());
        address there = address(new Forwarder());
        bytes memory call = abi.encodeCall(Echo.echo, (data, fails));
        (bool wantOk, bytes memory want) = twin.call(call);
        (bool ok, bytes memory got) = there.call(call);
        vm.assertEq(ok, wantOk, "success");
        vm.assertEq(got, want, "answer");
        vm.assertEq(vm.load(there, 0), vm.load(twin, 0), "storage");
    }
}
