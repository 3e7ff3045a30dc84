# SPDX-License-Identifier: Apache-2.0
"""The board as a running QEMU: started, asked, stopped, or its power cut."""
import ctypes
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import termios
import time
import tty
import urllib.error
import urllib.request

import factory
import image

READY_S = 60
MEMORY_AT = 0x40000000  # QEMU's "virt" says so
MEMORY_MIB = 192
ROOT_AT = image.KERNEL_AT + (64 << 20)
DISK_MIB = 256


PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


class Error(Exception):
    """What went wrong, for a person."""


def die_with_parent():
    """In the child: end when the one who started us is gone, however."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Machine:
    """One device in `home`/device; what runs it is in `home`/run.

    extra: another archive for the root folder, over the first.
    bound: it ends with whoever started it.
    counted: its clock is the number of its instructions, two nanoseconds
    each, so that what it measures is the same whatever else runs here. It has
    one processor then: a second one's instructions would be charged to both.
    """

    def __init__(self, home=image.OUT, port=3300, operator_port=None,
                 chain=None, window="1", node=True, extra=None, bound=False,
                 counted=False):
        self.home = home
        self.device = os.path.join(home, "device")
        self.run_dir = os.path.join(home, "run")
        self.flash = os.path.join(self.device, "flash.img")
        self.disk = os.path.join(self.device, "disk.img")
        self.factory_key = os.path.join(home, "factory.key")
        self.token_file = os.path.join(self.run_dir, "token")
        self.port, self.operator_port = port, operator_port or port + 1
        self.chain, self.window, self.bound = chain, window, bound
        self.node, self.extra, self.counted = node, extra, counted
        self.url = f"http://127.0.0.1:{port}"
        self.operator = f"http://127.0.0.1:{self.operator_port}"
        self.process = None

    # --- made and started -------------------------------------------------

    def make(self):
        """A new device unless there is one."""
        for path in (self.home, self.device, self.run_dir):
            os.makedirs(path, mode=0o700, exist_ok=True)
        if not os.path.exists(self.flash):
            factory.make_flash(self.flash, self.factory_key)
        if not os.path.exists(self.disk):
            factory.create(self.disk, size=DISK_MIB << 20)
            subprocess.run(["/sbin/mke2fs", "-q", "-F", "-t", "ext4",
                            "-E", "lazy_itable_init=1", self.disk], check=True)
        self.check_code()
        _, public = factory.root_key(self.factory_key)
        with open(os.path.join(self.home, "factory.pub"), "w") as f:
            f.write(public.hex() + "\n")

    def check_code(self):
        """Keys belong to the code: other code has none of this device."""
        if self.extra:
            return
        try:
            owners = factory.owners(self.flash)
        except ValueError as error:
            raise Error(f"{error}; a new, empty one: board start --new")
        now = image.measure()
        if owners and now not in owners:
            raise Error(
                f"this device's log and keys belong to the code "
                f"{owners[0][:16]}…, and what was built is {now[:16]}….\n"
                "Build that again and have it hand over (`vouch tee upgrade`, "
                "doc/operating.md),\nor make a new, empty device: board "
                "start --new")

    def forget(self):
        """The next start is with a new device."""
        shutil.rmtree(self.device, ignore_errors=True)

    def memory(self):
        """
        The board's memory at power-on, as a file with the kernel and the root
        folder in it, and how long that folder is. QEMU maps it and never
        writes to it. (What `-device loader` loads it keeps a second time.)
        """
        path = os.path.join(self.run_dir, "memory")
        archives = [os.path.join(image.IMAGE, "root.cpio")]
        if self.extra:
            archives.append(self.extra)
        with open(path, "wb") as out:
            for at, parts in ((image.KERNEL_AT, [image.KERNEL]),
                              (ROOT_AT, archives)):
                out.seek(at - MEMORY_AT)
                for part in parts:
                    with open(part, "rb") as f:
                        shutil.copyfileobj(f, out, 1 << 20)
            end = out.tell()
            if end > MEMORY_MIB << 20:
                raise Error("the root folder does not fit into the board's "
                            f"memory: {end >> 20} MiB of {MEMORY_MIB}")
            out.truncate(MEMORY_MIB << 20)
        return path, end - (ROOT_AT - MEMORY_AT)

    def kernel_words(self, root_len):
        # Linux would swap its page tables at each system call, on any
        # processor, to hide where it lies; this one does not give that away
        words = ["console=ttyAMA0", "quiet", "panic=-1", "rdinit=/init",
                 "kpti=off",
                 f"initrd={ROOT_AT:#x},{root_len}",
                 f"vouch.now={int(time.time())}",
                 f"vouch.ports={self.port},{self.operator_port}",
                 f"vouch.window={self.window}"]
        if not self.node:
            words.append("vouch.node=no")
        if self.chain:
            words.append("vouch.chain=http://10.0.2.100:8545")
        return " ".join(words)

    def network(self):
        """No way out but the ports we name, and those on 127.0.0.1 only."""
        net = "user,id=n0,restrict=on,ipv6=off"
        if self.node:
            for host, guest in ((self.port, 3000),
                                (self.operator_port, 9000)):
                net += f",hostfwd=tcp:127.0.0.1:{host}-10.0.2.15:{guest}"
        if self.chain:
            at = self.chain.split("//")[1].split("/")[0]
            net += f",guestfwd=tcp:10.0.2.100:8545-tcp:{at}"
        return net

    def pace(self):
        if self.counted:
            return ["-accel", "tcg,thread=single,tb-size=64",
                    "-icount", "shift=1"]
        return ["-accel", "tcg,thread=multi,tb-size=64"]

    def command(self):
        memory, root_len = self.memory()
        nothing = os.path.join(self.run_dir, "nothing")
        with open(nothing, "wb") as f:
            f.write(bytes(4096))  # TF-A starts the kernel, not QEMU

        def path(name):
            return os.path.join(self.run_dir, name)

        return [
            "qemu-system-aarch64", "-M",
            # in order, as QEMU is: nobody has speculation to guard against
            # (an A57's firmware writes SCTLR_EL3 twenty times in a batch, and
            # each time QEMU forgets all addresses)
            "virt,secure=on,gic-version=3,acpi=off,memory-backend=memory",
            "-cpu", "cortex-a53",
            "-smp", "1" if self.counted else "2", "-m", str(MEMORY_MIB),
            "-object", "memory-backend-file,id=memory,share=off,"
                       f"size={MEMORY_MIB}M,mem-path={memory}",
            *self.pace(),
            "-nodefaults", "-display", "none", "-no-reboot",
            "-drive", f"if=pflash,unit=0,format=raw,file={self.flash}",
            "-kernel", nothing, "-append", self.kernel_words(root_len),
            "-serial", f"file:{path('normal.log')}",
            "-serial", f"file:{path('secure.log')}",
            "-netdev", self.network(),
            "-device", "virtio-net-pci,netdev=n0,romfile=",
            # each write is on this machine's disk when it is answered, so
            # that a sync is one request and not two
            "-drive", "if=none,id=d0,format=raw,cache=writethrough,"
                      f"file={self.disk}",
            "-device", "virtio-blk-pci,drive=d0",
            "-device", "virtio-serial-pci",
            "-chardev", f"socket,id=c0,path={path('shell')},server=on,wait=off",
            "-device", "virtconsole,chardev=c0",
            "-chardev", f"socket,id=c1,path={path('run')},server=on,wait=off",
            "-device", "virtserialport,chardev=c1,name=run"]

    def start(self):
        self.make()
        if self.alive():
            raise Error("the board runs already: make optee-stop")
        if not os.path.exists(os.path.join(image.IMAGE, "root.cpio")):
            raise Error("nothing to run yet: make optee-image")
        for name in ("run", "shell", "token", "normal.log", "memory"):
            if os.path.exists(os.path.join(self.run_dir, name)):
                os.unlink(os.path.join(self.run_dir, name))
        factory.power_on(self.flash, image.FIRMWARE)
        with open(os.path.join(self.run_dir, "qemu.log"), "wb") as log:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True,
                preexec_fn=die_with_parent if self.bound else None)
        with open(os.path.join(self.run_dir, "pid"), "w") as f:
            f.write(str(self.process.pid))

    # --- is it there ------------------------------------------------------

    def pid(self):
        """Of our QEMU; None if it is gone or the number is another's now."""
        try:
            with open(os.path.join(self.run_dir, "pid")) as f:
                pid = int(f.read())
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                ours = self.flash.encode() in f.read()
            with open(f"/proc/{pid}/stat") as f:
                dead = f.read().rsplit(")", 1)[1].split()[0] in "ZX"
        except (OSError, ValueError):
            return None
        return pid if ours and not dead else None

    def alive(self):
        if self.process:
            return self.process.poll() is None
        return self.pid() is not None

    def memory_mib(self):
        """At its peak, once Linux has used all that the board has for files,
        which it does sooner or later."""
        code, said = self.run("cat /dev/vda > /dev/null")
        if code != 0:
            raise Error(f"the board's disk: {said}")
        with open(f"/proc/{self.pid()}/status") as f:
            for line in f:
                if line.startswith("VmHWM"):
                    return int(line.split()[1]) // 1024
        return 0

    def fail(self, what):
        said = ""
        for name in ("qemu.log", "normal.log", "secure.log"):
            try:
                with open(os.path.join(self.run_dir, name),
                          errors="replace") as f:
                    said += f"--- {name}\n" + "".join(f.readlines()[-15:])
            except OSError:
                pass
        raise Error(f"{what}\n{said}")

    def wait(self, what, answers):
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            if not self.alive():
                self.fail("QEMU ended")
            found = answers()
            if found:
                return found
            time.sleep(0.05)
        return self.fail(f"{what}: not after {READY_S} s")

    def health(self):
        try:
            with urllib.request.urlopen(self.operator + "/health",
                                        timeout=5) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return None

    def wait_node(self):
        """Until vouchd serves; then its token is ours too."""
        self.wait("vouchd", self.health)
        code, token = self.run("cat /data/node/token")
        if code != 0:
            self.fail("vouchd wrote no token")
        factory.create(self.token_file, token.encode())

    # --- inside -----------------------------------------------------------

    def connect(self, name):
        link = socket.socket(socket.AF_UNIX)
        try:
            link.connect(os.path.join(self.run_dir, name))
        except OSError:
            link.close()
            raise
        return link

    def run(self, command, timeout=600, heard=None):
        """One command inside: its exit code and what it said.

        heard: called with each piece of what is said, as it comes.
        """
        mark = f"vouch-{os.urandom(8).hex()}"
        begin = f"{mark}-begin"
        text = (f"echo {begin}; ( {command} ) < /dev/null; code=$?; "
                f"echo; echo {mark} $code\n")
        said = b""
        deadline = time.monotonic() + timeout
        with self.connect("run") as link:
            link.sendall(text.encode())
            while f"\n{mark} ".encode() not in said or said[-1:] != b"\n":
                link.settimeout(max(0.1, deadline - time.monotonic()))
                try:
                    more = link.recv(65536)
                except TimeoutError:
                    raise Error(f"{command}: no answer in {timeout} s; "
                                f"{said[-2000:]!r}") from None
                if not more:
                    raise Error(f"{command}: the board is gone")
                said += more
                if heard:
                    heard(more.decode(errors="replace"))
        text = said.decode(errors="replace")
        body, code = text.split(f"{begin}\n", 1)[1].rsplit(f"\n{mark} ", 1)
        return int(code), body

    def shell(self):
        """The terminal, until Ctrl-]."""
        print("a shell on the board; Ctrl-] leaves it\r")
        mine = termios.tcgetattr(0) if sys.stdin.isatty() else None
        with self.connect("shell") as link:
            try:
                if mine:
                    tty.setraw(0)
                link.sendall(b"\n")
                self.relay(link)
            finally:
                if mine:
                    termios.tcsetattr(0, termios.TCSADRAIN, mine)

    @staticmethod
    def relay(link):
        while True:
            ready, _, _ = select.select([0, link], [], [])
            if link in ready:
                said = link.recv(4096)
                if not said:
                    return
                os.write(1, said)
            if 0 in ready:
                typed = os.read(0, 4096)
                if not typed or b"\x1d" in typed:
                    return
                link.sendall(typed)

    # --- ended ------------------------------------------------------------

    def wait_gone(self, seconds):
        deadline = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def stop(self):
        """Power off in good order; by force if it does not answer."""
        if not self.alive():
            return
        try:
            with self.connect("run") as link:
                link.sendall(b"touch /tmp/stop; killall vouchd; "
                             b"while pidof vouchd; do sleep 0.1; done; sync; "
                             b"umount /data; poweroff -f\n")
                if self.wait_gone(20):
                    return
        except OSError:
            pass
        self.cut()

    def cut(self):
        """The power goes, now."""
        pid = self.pid()
        if pid:
            os.kill(pid, signal.SIGKILL)
            self.wait_gone(10)
