#!/bin/sh
# Puts promtool of Debian's package `prometheus` into build/tools/ without installing the package: that would start a
# server. Does nothing where promtool is there already.
set -eu
cd "$(dirname "$0")/../.."
if command -v promtool >/dev/null 2>&1 || [ -x build/tools/promtool ]; then
    exit 0
fi
mkdir -p build/tools
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && apt-get download -qq prometheus 2>/dev/null) || cp /var/cache/apt/archives/prometheus_*.deb "$work/"
dpkg-deb --fsys-tarfile "$work"/prometheus_*.deb | tar -x -C "$work" ./usr/bin/promtool
mv "$work/usr/bin/promtool" build/tools/promtool
build/tools/promtool --version
