#!/bin/sh
# Get a machine ready: `prepare.sh python` makes .venv with the pinned packages,
# `prepare.sh browser` sees to what only the tests need from the system.
# Every failure is one plain line, in Chinese and English, and exit code 1.
set -eu

cd "$(dirname "$0")/.."

fail() {
    printf '\n✗ %s\n  %s\n' "$1" "$2" >&2
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        is_new_enough "$PYTHON" ||
            fail "PYTHON=$PYTHON 不是 Python 3.11 或更新的版本。" \
                 "PYTHON=$PYTHON is not Python 3.11 or newer."
        printf '%s' "$PYTHON"
        return
    fi
    for name in python3.11 python3.12 python3.13 python3.14 python3 python; do
        if command -v "$name" >/dev/null 2>&1 && is_new_enough "$name"; then
            printf '%s' "$name"
            return
        fi
    done
    fail "没有找到 Python 3.11 或更新的版本。Debian/Ubuntu：apt-get install python3 python3-venv" \
         "Python 3.11 or newer was not found. Install it, or name it: make run PYTHON=/path/to/python3"
}

prepare_python() {
    if [ ! -w . ]; then
        fail "文件夹不能写入：$(pwd)" "This folder cannot be written to: $(pwd)"
    fi
    python=$(find_python)
    wanted=$("$python" -c '
import hashlib, pathlib, sys
pinned = pathlib.Path("requirements.txt").read_bytes()
print(hashlib.sha256(pinned).hexdigest(), *sys.version_info[:2])')
    if [ -x .venv/bin/python ] && [ "$(cat .venv/prepared 2>/dev/null)" = "$wanted" ]; then
        return
    fi
    began=$(date +%s)
    printf '· 准备 Python 环境，首次要一两分钟  Preparing Python packages, a minute or two the first time …\n'
    if ! is_new_enough .venv/bin/python; then
        "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 ||
            fail "$python 缺少 venv 模块。Debian/Ubuntu：apt-get install python3-venv" \
                 "$python lacks the venv module. Debian/Ubuntu: apt-get install python3-venv"
        "$python" -m venv --clear .venv >/dev/null 2>&1 ||
            fail "不能在 .venv 建立 Python 环境（磁盘已满？）。" \
                 "Cannot create a Python environment in .venv (is the disk full?)."
    fi
    .venv/bin/python -m pip --version >/dev/null 2>&1 ||
        fail ".venv 里缺少 pip。请删除 .venv 后重试。" \
             ".venv lacks pip. Delete the folder .venv and try again."
    if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check \
        --require-hashes --only-binary :all: -r requirements.txt \
        >.venv/install.log 2>&1; then
        reason=$(grep -E '^ERROR' .venv/install.log | tail -n 1)
        fail "Python 软件包没有装好，请检查网络后重试。详情见 .venv/install.log" \
             "Packages could not be installed; see .venv/install.log. ${reason:-No reason was given.}"
    fi
    printf '%s\n' "$wanted" >.venv/prepared
    printf '✓ Python 环境就绪  Python packages ready (%s s)\n' $(($(date +%s) - began))
}

missing_for_the_browser() {
    command -v chromium >/dev/null 2>&1 || printf 'chromium '
    libraries=$(/sbin/ldconfig -p 2>/dev/null || true)
    case $libraries in *libzbar.so.0*) ;; *) printf 'libzbar0 ' ;; esac
    fonts=$(fc-list :lang=zh 2>/dev/null || true)
    [ -n "$fonts" ] || printf 'fonts-wqy-microhei '
}

prepare_browser() {
    missing=$(missing_for_the_browser)
    [ -n "$missing" ] || return 0
    command -v apt-get >/dev/null 2>&1 ||
        fail "测试还需要（请用本机的软件管理器安装）：$missing" \
             "The tests also need, from your system's packages: $missing"
    [ "$(id -u)" -eq 0 ] ||
        fail "测试还需要几个系统软件包，请运行：sudo apt-get install $missing" \
             "The tests need a few system packages. Run: sudo apt-get install $missing"
    began=$(date +%s)
    printf '· 安装测试用的系统软件包  Installing system packages for the tests: %s…\n' "$missing"
    mkdir -p build
    # shellcheck disable=SC2086 -- $missing is a list of package names.
    if ! { DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
        DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends $missing; } \
        >build/apt.log 2>&1; then
        fail "系统软件包没有装好，详情见 build/apt.log" \
             "System packages could not be installed; see build/apt.log"
    fi
    printf '✓ 系统软件包就绪  System packages ready (%s s)\n' $(($(date +%s) - began))
}

case ${1:-} in
    python) prepare_python ;;
    browser) prepare_browser ;;
    *) fail "用法：deploy/prepare.sh python|browser" "Usage: deploy/prepare.sh python|browser" ;;
esac
