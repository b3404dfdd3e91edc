#!/bin/sh
# Makes .venv with exactly what uv.lock names. Needs Python >= 3.11 with venv, and nothing else.
# The pinned uv lives in an environment of its own, so that no installed tool decides what we run on.
set -eu

UV_VERSION=0.13.8
cd "$(dirname "$0")/../.."

fail() {
    printf '\n!! %s\n\n' "$1" >&2
    exit 1
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

python=
for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null 2>&1 && new_enough "$candidate"; then
        python=$(command -v "$candidate")
        break
    fi
done
[ -n "$python" ] || fail "需要 Python 3.11 或更新版本（可用 PYTHON=/路径/python3 指明）。 Python >= 3.11 is needed."

if ! .venv-bootstrap/bin/uv --version 2>/dev/null | grep -qF "uv $UV_VERSION "; then
    rm -rf .venv-bootstrap
    "$python" -c 'import venv, ensurepip' 2>/dev/null ||
        fail "这个 Python 没有 venv：Debian/Ubuntu 请执行 apt install python3-venv。 Python's venv module is missing."
    "$python" -m venv .venv-bootstrap
    .venv-bootstrap/bin/pip install --quiet --disable-pip-version-check "uv==$UV_VERSION" ||
        fail "无法安装 uv：请检查网络或 pip 的镜像设置。 uv could not be installed."
fi

UV_PYTHON_DOWNLOADS=never .venv-bootstrap/bin/uv sync --frozen --quiet --python "$python" ||
    fail "无法安装依赖：请检查网络。 Dependencies could not be installed."
touch .venv/.synced
