#!/bin/sh
# Sets up .venv: Python, the pinned packages, this project, and the system libraries that Qt needs.
# The Makefile calls it before every target, so it must take almost no time if there is nothing to do.
# PYTHON=/path/to/python3 chooses the Python; otherwise it takes the first one that is new enough.
set -eu
cd "$(dirname "$0")/.."

cpu_index=https://download.pytorch.org/whl/cpu # PyTorch's own index of builds without CUDA

say() { printf 'setup: %s\n' "$*" >&2; }
die() {
    say "$*"
    exit 1
}

# What .venv was made from, and where. If the checkout changes or moves, setup runs again.
sources="pyproject.toml packaging/constraints.txt packaging/setup.sh packaging/system_libraries.py"
# shellcheck disable=SC2086 # a list of files
wanted="$(cat $sources | cksum) $(pwd -P)"
packages_ready() { [ -x .venv/bin/python ] && [ "$(cat .venv/.ready 2>/dev/null)" = "$wanted" ]; }
libraries_ready() { [ -e .venv/.libraries-found ]; }

# As root, installs Debian packages; otherwise fails.
apt_install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    say "Installing with apt-get: $*."
    get="env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120"
    log=$(mktemp)
    # A fresh machine has no package lists yet, so the first try may fail only because of that.
    if { $get install -y --no-install-recommends "$@" ||
        { $get update && $get install -y --no-install-recommends "$@"; }; } >"$log" 2>&1 </dev/null; then
        rm -f "$log"
    else
        tail -n 15 "$log" >&2
        rm -f "$log"
        return 1
    fi
}

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    for python in ${PYTHON:-python3 python3.11 python3.12 python3.13 python3.14}; do
        if is_new_enough "$python"; then return; fi
    done
    found=$("${PYTHON:-python3}" -c 'import platform; print(platform.python_version())' 2>/dev/null || echo none)
    die "GlyphStudio needs Python 3.11 or newer, but ${PYTHON:-python3} is: $found. Install one" \
        "(Debian 12: apt-get install python3) or name yours: make run PYTHON=/path/to/python3.11."
}

make_venv() {
    find_python
    # Without ensurepip a venv has no pip, and Debian has ensurepip in a separate package.
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        package="python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
        apt_install "$package" && "$python" -c 'import ensurepip, venv' 2>/dev/null ||
            die "$python cannot make virtual environments. Please run: sudo apt-get install $package." \
                "Then run make again."
    fi
    say "Making .venv with $("$python" --version)."
    rm -rf .venv
    mkdir .venv
    touch .venv/.unfinished
    "$python" -m venv .venv || die "$python could not make .venv; its message is above."
}

pip() { .venv/bin/python -m pip --disable-pip-version-check --no-input "$@"; }
quiet=-qq
if [ -t 1 ]; then quiet=; fi # on a terminal, show the progress of downloads

pip_install() {
    # shellcheck disable=SC2086 # $quiet is one word or none
    pip install $quiet "$@"
}
could_not() { die "$* could not be installed; pip's message is above. Check the network, then run make again."; }

has_torch() {
    .venv/bin/python -c 'import sys; from importlib.metadata import version
sys.exit(version("torch").split("+")[0] != sys.argv[1])' "${torch#torch==}" 2>/dev/null
}
has_gpu() { nvidia-smi -L 2>/dev/null | grep -q '^GPU'; }

# PyPI's torch for Linux brings several GB of CUDA libraries, which only an NVIDIA GPU can use. So a machine without
# one gets the CPU build. Plain pip is right on other systems, and if pip is set up to find a CPU build by itself.
install_torch() {
    torch=$(grep '^torch==' packaging/constraints.txt)
    if has_torch; then return; fi
    if [ "$(uname -s)" = Linux ] && ! has_gpu &&
        pip install --quiet --dry-run --no-deps --report - "$torch" | grep -E '"(nvidia|cuda)-' >/dev/null; then
        say "Installing $torch for CPUs (about 200 MB)."
        pip_install --index-url "$cpu_index" -c packaging/constraints.txt "$torch" && return
        say "PyTorch's index of CPU builds failed; installing the build with CUDA, several GB."
    else
        say "Installing $torch."
    fi
    pip_install -c packaging/constraints.txt "$torch" || could_not PyTorch
}

install_packages() {
    # After an interrupted first setup, or in a moved folder, the venv may be broken: make it again.
    place=$(cut -d' ' -f3- .venv/.ready 2>/dev/null || true)
    if [ -e .venv/.unfinished ] || [ "${place:-$(pwd -P)}" != "$(pwd -P)" ] ||
        ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        make_venv
    fi
    say "Installing the pinned packages."
    pip_install "$(grep '^pip==' packaging/constraints.txt)" || could_not "pip itself"
    others=$(mktemp)
    grep -v '^torch==' packaging/constraints.txt >"$others"
    pip_install -r "$others" || could_not "The packages"
    rm -f "$others"
    install_torch
    pip_install --no-deps --no-build-isolation -e . || could_not "GlyphStudio itself"
    problems=$(pip check) || die "The pins do not fit pyproject.toml; docs/building.md says how to renew them. $problems"
    printf '%s\n' "$wanted" >.venv/.ready
    rm -f .venv/.unfinished .venv/.libraries-found
    say "Done."
}

# Without these Qt cannot open a window. Do not stop because of that: some commands never need Qt.
install_libraries() {
    missing=$(.venv/bin/python packaging/system_libraries.py)
    # shellcheck disable=SC2086 # a list of package names
    if [ -n "$missing" ] && apt_install $missing; then
        missing=$(.venv/bin/python packaging/system_libraries.py)
    fi
    if [ -z "$missing" ]; then
        touch .venv/.libraries-found
    else
        say "The window needs system packages that are missing here. Please run: sudo apt-get install" \
            "$missing (these are Debian's names; other systems have the same libraries)."
    fi
}

if packages_ready && libraries_ready; then exit; fi

# Of two makes at the same time, one works; the other waits and then has nothing to do. The lock is on this file.
if command -v flock >/dev/null; then
    exec 9<packaging/setup.sh
    flock --nonblock 9 || {
        say "Waiting for another setup to finish."
        flock 9
    }
fi
packages_ready || install_packages
libraries_ready || install_libraries
