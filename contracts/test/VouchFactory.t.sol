// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IVouchFactory } from "../interfaces/IVouchFactory.sol";
import { IVouchPolicy } from "../interfaces/IVouchPolicy.sol";
import { Rig } from "./Rig.sol";

contract VouchFactoryTest is Rig {
    /// @dev Functions of the code and the compiler alone; a new version of
    /// any of them has new ones.
    address private constant FACTORY =
        0x1459eB28434d4EC80ee7236443Beab2437943e78;
    address private constant IMPLEMENTATION =
        0x9A82bc3A3d05C0CcB1A9dd989f2b864772ea30d0;

    /// @dev All addresses by hand, from the code alone.
    function testFuzz_Addresses(bytes24 keys) public {
        vm.assume(keys != 0);
        address f = _create2(DEPLOYER, deployedCode("VouchFactory"));
        vm.assertEq(address(factory), f, "factory");
        address i = _create2(f, deployedCode("VouchAccount"));
        vm.assertEq(factory.implementation(), i, "implementation");
        address a = _create2(f, _code(i, keys));
        vm.assertEq(factory.getAddress(keys), a, "before");
        vm.assertEq(factory.createAccount(keys), a, "created");
        vm.assertEq(factory.createAccount(keys), a, "again");
        vm.assertEq(factory.getAddress(keys), a, "after");
    }

    /// @dev Pins them: a change of any code that is deployed shows here.
    function test_KnownAddresses() public view {
        vm.assertEq(address(factory), FACTORY, "factory");
        vm.assertEq(factory.implementation(), IMPLEMENTATION, "implementation");
    }

    function test_CodeAndFirstSlot() public {
        create();
        vm.assertEq(
            address(account).code,
            abi.encodePacked(
                hex"363d3d373d3d3d363d73",
                factory.implementation(),
                hex"5af43d82803e903d91602b57fd5bf3"
            ),
            "ERC-1167"
        );
        vm.assertEq(
            vm.load(address(account), 0), bytes32(commitment()), "slot 0"
        );
        vm.assertEq(
            bytes32(policy.commitment()), bytes32(commitment()), "commitment"
        );
        (uint256 daily, uint256 day, uint256 left) = policy.limits();
        vm.assertEq(daily, 0.1 ether / 1 gwei, "daily");
        vm.assertEq(day, 0, "day");
        vm.assertEq(left, 0, "left");
        vm.assertTrue(!policy.frozen(), "not frozen");
    }

    /// @dev The twin of lib/Proxy.sol's creation: the deterministic deployer
    /// makes the same code from the same bytes.
    function testFuzz_SameCodeAsDeployer(bytes24 keys) public {
        vm.assume(keys != 0);
        address a = factory.createAccount(keys);
        address b = _deploy(0, _code(factory.implementation(), keys));
        vm.assertEq(a.code, b.code, "code");
        vm.assertEq(vm.load(a, 0), vm.load(b, 0), "slot 0");
    }

    function test_NoCommitment() public {
        vm.expectRevert(
            abi.encodeWithSelector(IVouchFactory.NoCommitment.selector)
        );
        factory.createAccount(0);
    }

    function testFuzz_DirtyLowBytesRefused(bytes24 keys, uint64 dirt) public {
        vm.assume(dirt != 0 && keys != 0);
        bytes memory data =
            abi.encodePacked(IVouchFactory.createAccount.selector, keys, dirt);
        (bool ok,) = address(factory).call(data);
        vm.assertTrue(!ok, "createAccount");
        data = abi.encodePacked(IVouchFactory.getAddress.selector, keys, dirt);
        (ok,) = address(factory).call(data);
        vm.assertTrue(!ok, "getAddress");
    }

    /// @dev The implementation is nobody's account.
    function test_ImplementationHasNoKeys() public view {
        IVouchPolicy i = IVouchPolicy(factory.implementation());
        vm.assertEq(bytes32(i.commitment()), 0, "no keys");
    }

    function _code(address i, bytes24 keys)
        private
        pure
        returns (bytes memory code)
    {
        code = bytes.concat(
            bytes.concat(hex"7f", keys, hex"0000000000000000"),
            hex"5f55602d80602c5f395ff3",
            bytes.concat(hex"363d3d373d3d3d363d73", bytes20(i)),
            hex"5af43d82803e903d91602b57fd5bf3"
        );
        require(code.length == 89);
    }

    function _create2(address from, bytes memory code)
        private
        pure
        returns (address)
    {
        return vm.computeCreate2Address(0, keccak256(code), from);
    }
}
