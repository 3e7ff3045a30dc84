# SPDX-License-Identifier: Apache-2.0
"""What the board runs: firmware, kernel, and a root folder in memory.

Each step is skipped when its inputs are what they were. All downloads are
pinned in `lock`; nothing is installed on this machine.
"""
import concurrent.futures
import glob
import hashlib
import inspect
import os
import shutil
import stat
import struct
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.path.join(HERE, "..", ".."))
DEPS = os.path.join(ROOT, "out", "deps")
CACHE = os.path.join(DEPS, "cache", "debian")
WORK = os.path.join(DEPS, "optee")
SYSROOT = os.path.join(WORK, "sysroot")
FIRMWARE = os.path.join(WORK, "firmware")
KEYS = os.path.join(WORK, "keys")
OUT = os.path.join(ROOT, "out", "optee")
IMAGE = os.path.join(OUT, "image")
UUID = "12345678-5b69-11d4-9fee-00c04f4c3456"
TA = os.path.join(ROOT, "out", "ta", UUID + ".ta")
CROSS = "aarch64-linux-gnu-"
TA_KEY = os.path.join(KEYS, "ta.pem")
KERNEL = os.path.join(WORK, "kernel", "Image")
# Where TF-A starts the kernel.
KERNEL_AT = 0x44000000

# Drivers that the kernel has as modules, in the order they need each other.
MODULES = ["tee", "optee", "failover", "net_failover", "virtio_net",
           "virtio_blk"]
# Programs and what they load; found in the sysroot.
LIBRARY_DIR = "usr/lib/aarch64-linux-gnu"
APPLETS = ("awk basename cat chmod chown cp cut date dd df dmesg echo env false"
           " grep head hexdump id insmod ip kill killall ln ls mkdir mkfifo"
           " mount mv od pidof poweroff printf ps reset rm rmdir sed seq"
           " setsid sh sha256sum sleep sort stat stty sync tail tar tee test"
           " timeout top touch tr true truncate umount uniq wc which"
           " xargs").split()


class Error(Exception):
    """What went wrong, for a person."""


def run(name, argv, **options):
    """Quiet when well; the end of its log when not."""
    log = os.path.join(WORK, "log", name + ".log")
    os.makedirs(os.path.dirname(log), exist_ok=True)
    with open(log, "wb") as out:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=out,
                              stderr=out, **options)
    if done.returncode != 0:
        with open(log, errors="replace") as f:
            end = "".join(f.readlines()[-20:])
        raise Error(f"{name} failed; the end of {log}:\n{end}")


def digest(*parts):
    """One hash over texts and the files that are named."""
    h = hashlib.sha256()
    for part in parts:
        if os.path.isfile(part):
            with open(part, "rb") as f:
                h.update(hashlib.file_digest(f, "sha256").digest())
        else:
            h.update(hashlib.sha256(part.encode()).digest())
    return h.hexdigest()


def step(name, what, key, product, make):
    """make() unless product is there and was made from this key."""
    stamp = os.path.join(WORK, "." + name)
    if os.path.exists(product) and os.path.exists(stamp):
        with open(stamp) as f:
            if f.read() == key:
                return
    print(f"  {what} ...", flush=True)
    began = time.monotonic()
    make()
    with open(stamp + ".new", "w") as f:
        f.write(key)
    os.rename(stamp + ".new", stamp)
    print(f"  {what}: {time.monotonic() - began:.1f} s", flush=True)


def together(*jobs):
    """All at once; the first one's Error is ours when all have ended."""
    with concurrent.futures.ThreadPoolExecutor(len(jobs)) as pool:
        for job in [pool.submit(job) for job in jobs]:
            job.result()


def here(*names):
    return sorted(p for n in names for p in glob.glob(os.path.join(HERE, n)))


def pins(lock=os.path.join(HERE, "lock")):
    with open(lock) as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                kind, package, _, name, *_ = line.split()
                yield kind, package, os.path.join(CACHE, name)


def pinned(kind, package):
    return next(p for k, n, p in pins() if (k, n) == (kind, package))


def fresh(path):
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path


# --- downloads ------------------------------------------------------------

def fetch():
    run("fetch", [os.path.join(ROOT, "tools", "deps", "apt", "fetch"), CACHE,
                  os.path.join(WORK, "apt"), os.path.join(HERE, "lock")])


def unpack_packages():
    new = fresh(SYSROOT + ".new")
    for kind, package, path in pins():
        if kind == "deb" and not package.startswith("linux-image"):
            run("unpack", ["dpkg-deb", "-x", path, new])
    shutil.rmtree(SYSROOT, ignore_errors=True)
    os.rename(new, SYSROOT)


def unpack_kernel():
    """Of the package, of 1,700 files, only those we take."""
    new = fresh(os.path.join(WORK, "kernel.new"))
    package = next(p for _, n, p in pins() if n.startswith("linux-image"))
    wanted = ["./boot/vmlinuz-*"]
    for name in MODULES:
        wanted.append(f"*/{name.replace('_', '[_-]')}.ko.xz")
    run("kernel", ["bash", "-c", "set -o pipefail; dpkg-deb --fsys-tarfile "
                   '"$0" | tar -x -C "$1" --wildcards "${@:2}"', package, new,
                   *wanted])
    fresh(os.path.join(WORK, "kernel"))
    shutil.copy(glob.glob(new + "/boot/vmlinuz-*")[0], KERNEL)
    for name in MODULES:
        found = glob.glob(f"{new}/**/{name.replace('_', '[_-]')}.ko.xz",
                          recursive=True)
        if len(found) != 1:
            raise Error(f"the kernel package has no module {name}")
        with open(os.path.join(WORK, "kernel", name + ".ko"), "wb") as f:
            subprocess.run(["xz", "-dc", found[0]], stdout=f, check=True)
    shutil.rmtree(new)


# --- firmware -------------------------------------------------------------

def make_ta_key():
    """The development key: it marks all evidence, and never leaves here."""
    run("key", ["make", "-s", TA_KEY.removeprefix(ROOT + "/")], cwd=ROOT,
        env=clean_env())


def unpack_source(package, into):
    fresh(into)
    run("source-" + package, ["tar", "-x", "--no-same-owner", "--strip-components=1",
                   "-C", into, "-f", pinned("source", package)])


def patch(tree, path):
    run("patch", ["patch", "-s", "-p1", "-d", tree, "-i", path])


def build_optee(tree):
    unpack_source("optee-os", tree)
    debian = fresh(tree + "-debian")
    run("source", ["tar", "-x", "-C", debian, "-f",
                   pinned("debian", "optee-os")])
    with open(debian + "/debian/patches/series") as f:
        for name in f.read().split():
            patch(tree, f"{debian}/debian/patches/{name}")
    for path in here("patches/*.patch"):
        patch(tree, path)
    board = os.path.join(tree, "core", "arch", "arm", "plat-vexpress")
    for path in here("optee/*"):
        shutil.copy(path, board)
    shutil.copy(os.path.join(ROOT, "trusted", "ta", "device.h"),
                os.path.join(board, "vouch_device.h"))
    run("optee-os", [
        "make", "-j2", "-C", tree, "O=out", "PLATFORM=vexpress-qemu_armv8a",
        "CFG_ARM64_core=y", "CFG_USER_TA_TARGETS=ta_arm64",
        "CROSS_COMPILE=" + CROSS, "CROSS_COMPILE64=" + CROSS,
        "CFG_ARM_GICV3=y", "DEBUG=0", "CFG_TEE_CORE_LOG_LEVEL=1",
        "CFG_TEE_TA_LOG_LEVEL=1", "TA_SIGN_KEY=" + TA_KEY,
        "PYTHON3=/usr/bin/python3", "CFG_INSECURE=n",
        "CFG_ENABLE_EMBEDDED_TESTS=n", "CFG_DT_DRIVER_EMBEDDED_TEST=n",
        "CFG_WITH_STATS=n", "CFG_SECSTOR_TA=n", "CFG_DEBUG_INFO=n",
        "CFG_OS_REV_REPORTS_GIT_SHA1=n",
        "TEE_IMPL_VERSION=4.10.0-vouch",
        "CFG_TEE_IMPL_DESCR=vouch OP-TEE on QEMU",
        *(f"out/core/tee-{part}_v2.bin"
          for part in ("header", "pager", "pageable"))], env=firmware_env())


def clean_env():
    """The environment without the variables of a make that calls us."""
    return {k: v for k, v in os.environ.items()
            if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "CFLAGS",
                         "LDFLAGS", "CPPFLAGS", "ARCH", "OUT", "CC")}


def firmware_env():
    """The same bytes whenever it is built: compilers print this date."""
    return {**clean_env(), "SOURCE_DATE_EPOCH": "0"}


def make_tfa(tree, *targets):
    core = os.path.join(WORK, "optee-os", "out", "core")
    run("tf-a", [
        "make", "-j2", "-C", tree, "CROSS_COMPILE=" + CROSS, "PLAT=qemu",
        "DEBUG=0", "SPD=opteed", "BL32_RAM_LOCATION=tdram",
        "BUILD_STRING=vouch",
        "QEMU_USE_GIC_DRIVER=QEMU_GICV3", "ARM_LINUX_KERNEL_AS_BL33=1",
        f"PRELOADED_BL33_BASE={KERNEL_AT:#x}",
        f"BL32={core}/tee-header_v2.bin",
        f"BL32_EXTRA1={core}/tee-pager_v2.bin",
        f"BL32_EXTRA2={core}/tee-pageable_v2.bin", *targets],
        env=firmware_env())


def build_firmware():
    optee = os.path.join(WORK, "optee-os")
    tfa = os.path.join(WORK, "tf-a")

    def first_stages():
        unpack_source("arm-trusted-firmware", tfa)
        make_tfa(tfa, "bl1", "bl2", "bl31", "fiptool")

    together(lambda: build_optee(optee), first_stages)
    make_tfa(tfa, "fip")
    fresh(FIRMWARE)
    for name in ("bl1.bin", "fip.bin"):
        shutil.copy(f"{tfa}/build/qemu/release/{name}", FIRMWARE)
    shutil.rmtree(os.path.join(tfa, "build"))


# --- the root folder ------------------------------------------------------

class Archive:
    """A cpio archive as the kernel unpacks it; everything is root's."""

    def __init__(self, path):
        self.out = open(path, "wb")
        self.ino = 0
        self.dirs = set()

    def entry(self, name, mode, data=b"", rdev=(0, 0)):
        self.ino += 1
        raw = name.encode() + b"\0"
        fields = (self.ino, mode, 0, 0, 1, 0, len(data), 0, 0, *rdev,
                  len(raw), 0)
        head = b"070701" + b"".join(b"%08X" % f for f in fields) + raw
        self.out.write(head + bytes(-len(head) % 4))
        self.out.write(data + bytes(-len(data) % 4))

    def folder(self, name):
        if name and name not in self.dirs:
            self.folder(os.path.dirname(name))
            self.dirs.add(name)
            self.entry(name, stat.S_IFDIR | 0o755)

    def file(self, name, data, mode=0o755):
        self.folder(os.path.dirname(name))
        self.entry(name, stat.S_IFREG | mode, data)

    def copy(self, name, path, mode=0o755):
        with open(path, "rb") as f:
            self.file(name, f.read(), mode)

    def link(self, name, to):
        self.folder(os.path.dirname(name))
        self.entry(name, stat.S_IFLNK | 0o777, to.encode())

    def close(self):
        self.entry("TRAILER!!!", 0)
        self.out.write(bytes(-self.out.tell() % 512))
        self.out.close()


def needed(path):
    """The shared libraries a program or library names."""
    told = subprocess.run([CROSS + "readelf", "-d", path], check=True,
                          capture_output=True, text=True).stdout
    return [line.split("[")[1].split("]")[0] for line in told.splitlines()
            if "(NEEDED)" in line]


def add_programs(archive, programs, have=()):
    """Stripped, with all libraries they load that are not there yet."""
    todo, done = list(programs.values()), set(have)
    for name, path in programs.items():
        small = path + ".stripped"
        subprocess.run([CROSS + "strip", "-o", small, path], check=True)
        archive.copy(name, small)
        os.unlink(small)
    while todo:
        for name in needed(todo.pop()):
            path = os.path.join(SYSROOT, LIBRARY_DIR, name)
            if name in done:
                continue
            if not os.path.exists(path):
                raise Error(f"no package in the lock brings {name}")
            done.add(name)
            archive.copy("lib/" + name, os.path.realpath(path))
            todo.append(path)
    return done


def base_archive(path):
    archive = Archive(path)
    for name in ("dev", "proc", "sys", "data", "root"):
        archive.folder(name)
    archive.entry("dev/console", stat.S_IFCHR | 0o600, rdev=(5, 1))
    archive.entry("dev/null", stat.S_IFCHR | 0o666, rdev=(1, 3))
    archive.copy("init", os.path.join(HERE, "init"))
    archive.copy("bin/busybox", os.path.join(SYSROOT, "usr/bin/busybox"))
    for name in APPLETS:
        archive.link("bin/" + name, "busybox")
    for name in MODULES:
        archive.copy(f"lib/modules/{name}.ko",
                     os.path.join(WORK, "kernel", name + ".ko"))
    archive.file("lib/modules/order",
                 "".join(f"{m}.ko\n" for m in MODULES).encode())
    archive.file("etc/passwd", b"root:x:0:0::/root:/bin/sh\n")
    archive.copy(f"lib/optee_armtz/{UUID}.ta", TA, 0o644)
    programs = {
        "bin/vouchd": os.path.join(OUT, "arm64", "bin", "vouchd"),
        "bin/vouch": os.path.join(OUT, "arm64", "bin", "vouch"),
        "bin/tee-supplicant": os.path.join(SYSROOT, "usr/sbin/tee-supplicant"),
    }
    add_programs(archive, programs)
    archive.link("usr/lib/optee_armtz", "../../lib/optee_armtz")
    archive.close()


def extra(path, programs=None, files=None):
    """An archive over the root folder: programs with their libraries."""
    out = Archive(path)
    if programs:
        add_programs(out, programs)
    for name, source in (files or {}).items():
        out.copy(name, source, 0o644)
    out.close()
    return path


def build_root():
    os.makedirs(IMAGE, exist_ok=True)
    path = os.path.join(IMAGE, "root.cpio")
    base_archive(path + ".new")
    os.rename(path + ".new", path)


# --- all ------------------------------------------------------------------

def measure(path=TA):
    """The digest in a trusted application's header, which the loader checks."""
    with open(path, "rb") as f:
        ta = f.read()
    magic, kind, size, _, hash_len, sig_len = struct.unpack("<IIIIHH", ta[:20])
    if magic != 0x4f545348 or hash_len != 32:
        raise Error(f"{path} is no trusted application")
    payload = ta[20 + hash_len + sig_len:]
    if hashlib.sha256(ta[:20] + payload).digest() != ta[20:52]:
        raise Error(f"{path}: its digest is not that of what it holds")
    return ta[20:52].hex()


def prepare():
    """What all else begins with: the downloads, and the board's key."""
    os.makedirs(WORK, exist_ok=True)
    together(lambda: step("fetch", "packages and sources from Debian",
                          digest(os.path.join(HERE, "lock")), CACHE, fetch),
             make_ta_key)


def firmware():
    how = (unpack_source, patch, build_optee, firmware_env, make_tfa,
           build_firmware)
    step("firmware", "OP-TEE and TF-A, from source",
         digest(os.path.join(HERE, "lock"), TA_KEY,
                os.path.join(ROOT, "trusted/ta/device.h"),
                f"{CROSS} {KERNEL_AT:#x}", *map(inspect.getsource, how),
                *here("patches/*", "optee/*")),
         os.path.join(FIRMWARE, "fip.bin"), build_firmware)


def kernel():
    step("kernel", "kernel", digest(os.path.join(HERE, "lock"), *MODULES),
         os.path.join(WORK, "kernel"), unpack_kernel)


def make(target, *before):
    """A target of `make` for the board."""
    done = subprocess.run(
        [*before, "make", "--no-print-directory", "-s", "-j2", "BOARD=optee",
         target],
        cwd=ROOT, env=clean_env(), stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise Error(f"{target} for the board does not build")


def programs():
    step("sysroot", "arm64 libraries", digest(os.path.join(HERE, "lock")),
         SYSROOT, unpack_packages)
    began = time.monotonic()
    # behind the firmware, which ends with steps that nothing can share
    make("board-programs", "nice", "-n", "3")
    print(f"  programs for the board: {time.monotonic() - began:.1f} s",
          flush=True)


def build():
    prepare()
    together(firmware, programs, kernel)
    built = [os.path.join(OUT, "arm64", "bin", n) for n in ("vouch", "vouchd")]
    step("root", "root folder",
         digest(TA, *here("init", "image.py", "lock"), SYSROOT, *built),
         os.path.join(IMAGE, "root.cpio"), build_root)


if __name__ == "__main__":
    sys.exit("start deploy/optee-qemu/board")
