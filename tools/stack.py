# SPDX-License-Identifier: Apache-2.0
"""A chain and a node on this machine: started, waited for, always stopped.

For tools/demo and for the tests that need the real thing. Everything listens
on 127.0.0.1 only. Port 0 means any free port.
"""
import ctypes
import errno
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import time
import urllib.request

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
BIN = os.path.join(ROOT, os.environ.get("VOUCH_OUT", "out"), "bin")
ENTRY_POINT_ARTIFACT = os.path.join(
    ROOT, "node_modules", "@account-abstraction", "contracts", "artifacts",
    "EntryPoint.json")
READY_S = 30
STOP_S = 10


PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def die_with_parent():
    """In the child: end when the one who started us is gone, however."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class StackError(Exception):
    """What went wrong, for a person; `log` names a file that says more."""

    def __init__(self, text, log=None):
        super().__init__(text)
        self.log = log


def anvil_path():
    arch = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine())
    path = os.path.join(ROOT, "node_modules", "@foundry-rs",
                        f"anvil-linux-{arch}", "bin", "anvil")
    if not os.path.exists(path):
        raise StackError(f"{path} is missing; run: tools/deps/install")
    return path


def need_free(port, what, variable):
    """A clear word if somebody else has the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise StackError(
                f"port {port} for {what} is taken; choose others with "
                f"--port-base N or {variable}=N") from None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tail(path, lines=20):
    try:
        with open(path, errors="replace") as f:
            return "".join(f.readlines()[-lines:])
    except OSError:
        return ""


class Stack:
    """Owns a folder `run` (logs, deployment, data) and two children."""

    def __init__(self, run, node_port=0, operator_port=0, chain_port=0):
        self.run = os.path.abspath(run)
        self.data = os.path.join(self.run, "node")
        self.secure = os.path.join(self.run, "tee")
        self.deployment = os.path.join(self.run, "deployment.json")
        self.token_file = os.path.join(self.data, "token")
        self.log_dir = os.path.join(self.data, "log")
        self.node_port = node_port
        self.operator_port = operator_port
        self.chain_port = chain_port or free_port()
        self.chain_url = f"http://127.0.0.1:{self.chain_port}"
        self.anvil = None
        self.vouchd = None
        self.ready = None
        self.node_options = []
        self.chain_options = []
        self.tee = os.path.join(BIN, "vouch-tee")
        self.vouch = os.path.join(BIN, "vouch")
        self.program = os.path.join(BIN, "vouchd")
        os.makedirs(self.run, mode=0o700, exist_ok=True)
        os.chmod(self.run, 0o700)

    def log_path(self, name):
        return os.path.join(self.run, name + ".log")

    def spawn(self, name, argv, append=False):
        """A child in a process group of its own: Ctrl-C is ours to handle.

        Our own variables (VOUCH_PORT and the like) are not its settings.
        """
        env = {name: value for name, value in os.environ.items()
               if not name.startswith("VOUCH_")}
        with open(self.log_path(name), "ab" if append else "wb") as log:
            return subprocess.Popen(argv, stdin=subprocess.DEVNULL,
                                    stdout=log, stderr=log, cwd=self.run,
                                    env=env,
                                    start_new_session=True,
                                    preexec_fn=die_with_parent)

    def wait(self, what, child, answers):
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            if child.poll() is not None:
                raise StackError(f"{what} ended with {child.returncode}",
                                 self.log_path(what))
            found = answers()
            if found:
                return found
            time.sleep(0.005)
        raise StackError(f"{what} was not ready after {READY_S} s",
                         self.log_path(what))

    def start_chain(self):
        self.anvil = self.spawn("anvil", [
            anvil_path(), "--host", "127.0.0.1", "--port",
            str(self.chain_port), "--hardfork", "osaka",
            *self.chain_options])
        self.wait("anvil", self.anvil, lambda: self.chain_answers())

    def chain_answers(self):
        try:
            return self.chain("eth_chainId")
        except OSError:
            return None

    def chain(self, method, *params):
        answer = post(self.chain_url, {"jsonrpc": "2.0", "id": 1,
                                       "method": method,
                                       "params": list(params)})
        if "error" in answer:
            raise StackError(f"{method}: {answer['error']}")
        return answer["result"]

    def spawn_node(self):
        """Starts vouchd and does not wait."""
        self.forget_ready()
        self.vouchd = self.spawn("vouchd", [
            self.program, "--data", self.data, "--secure", self.secure,
            "--tee", self.tee,
            "--listen", f"127.0.0.1:{self.node_port}",
            "--operator", f"127.0.0.1:{self.operator_port}",
            *self.node_options], append=True)

    def start_node(self):
        self.spawn_node()
        self.wait_node()

    def wait_node(self):
        self.ready = self.wait("vouchd", self.vouchd, self.read_ready)

    def forget_ready(self):
        try:
            os.unlink(os.path.join(self.data, "ready.json"))
        except FileNotFoundError:
            pass

    def read_ready(self):
        try:
            with open(os.path.join(self.data, "ready.json")) as f:
                return json.load(f)
        except (FileNotFoundError, NotADirectoryError):
            return None

    @property
    def node_url(self):
        return self.ready["rpc"]

    @property
    def token(self):
        with open(self.token_file) as f:
            return f.read().strip()

    def cli(self, *args, check=True, text=None):
        """Runs out/bin/vouch; the options it needs are the caller's."""
        done = subprocess.run([self.vouch, *args],
                              input=text, capture_output=True, text=True,
                              timeout=120, cwd=self.run)
        if check and done.returncode != 0:
            raise StackError(f"vouch {' '.join(args)}: exit "
                             f"{done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def node_args(self):
        return ["--node", self.node_url, "--token-file", self.token_file]

    def deploy_args(self):
        return ["--chain", self.chain_url, "--deployment", self.deployment]

    def deploy(self):
        return self.cli("deploy", *self.deploy_args(),
                        "--artifacts", os.path.join(ROOT, "out", "contracts"),
                        "--entry-point-artifact", ENTRY_POINT_ARTIFACT)

    def stop_node(self):
        """Gracefully; True if it ended well by itself."""
        ended = end(self.vouchd)
        self.vouchd = None
        return ended

    def kill_node(self):
        self.vouchd.send_signal(signal.SIGKILL)
        self.vouchd.wait()
        self.vouchd = None

    def stop(self):
        end(self.vouchd)
        end(self.anvil)
        self.vouchd = self.anvil = None


class BoardStack(Stack):
    """The same with vouchd on a board with OP-TEE, in QEMU."""

    def __init__(self, run, node_port=0, operator_port=0, chain_port=0):
        super().__init__(run, node_port, operator_port, chain_port)
        sys.path.insert(0, os.path.join(ROOT, "deploy", "optee-qemu"))
        import machine
        self.node_port = node_port or free_port()
        self.operator_port = operator_port or free_port()
        self.board = machine.Machine(
            home=os.path.join(self.run, "board"), port=self.node_port,
            operator_port=self.operator_port, chain=self.chain_url,
            bound=True)
        self.token_file = self.board.token_file
        self.error = machine.Error

    def log_path(self, name):
        if name == "vouchd":
            return os.path.join(self.board.run_dir, "normal.log")
        return super().log_path(name)

    def start_node(self):
        try:
            self.board.forget()  # the chain is a new one too
            self.board.start()
            self.board.wait_node()
        except self.error as error:
            raise StackError(str(error)) from None
        self.vouchd = self.board.process
        self.ready = {"rpc": self.board.url, "operator": self.board.operator}

    def stop(self):
        self.board.stop()
        self.vouchd = None
        super().stop()


def end(child):
    """SIGTERM, a while of patience, then SIGKILL. True: it ended well."""
    if child is None:
        return True
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(STOP_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    return child.returncode == 0


def post(url, body, token=None, timeout=30):
    """One JSON body there, one back, whatever the HTTP status."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        return json.load(refused)
