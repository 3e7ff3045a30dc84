#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A chain and a node for tests/console_test.mjs, on free ports.

Prints one JSON line when all is up; then runs the CLI once for each line of
standard input (a JSON list of arguments) and prints {"code", "out"} for it.
Ends, and takes everything with it, when its input ends.
"""
import json
import os
import shutil
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import stack  # noqa: E402


def say(what):
    print(json.dumps(what), flush=True)


def main():
    s = stack.Stack(tempfile.mkdtemp(prefix="vouch-console-"))
    try:
        s.start_chain()
        s.start_node()
        s.deploy()
        say({"url": s.node_url, "token": s.token, "run": s.run,
             "node": s.node_args(), "deploy": s.deploy_args(),
             "chain": s.chain_url})
        for line in sys.stdin:
            request = json.loads(line)
            if request == "restart":
                s.node_port = int(s.node_url.rsplit(":", 1)[1])
                s.kill_node()
                s.start_node()
                say({"code": 0})
                continue
            if isinstance(request, dict):
                say({"code": 0, "out": s.chain(request["method"],
                                               *request["params"])})
                continue
            done = s.cli(*request, check=False)
            say({"code": done.returncode, "out": done.stdout + done.stderr})
    finally:
        s.stop()
        shutil.rmtree(s.run)


if __name__ == "__main__":
    main()
