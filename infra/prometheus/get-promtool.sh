#!/bin/sh
# Puts promtool and amtool of Debian's packages `prometheus` and `prometheus-alertmanager` into build/tools/ without
# installing the packages: that would start servers. Does nothing for what is there already.
set -eu
cd "$(dirname "$0")/../.."
mkdir -p build/tools

bring() { # tool, package
    if command -v "$1" >/dev/null 2>&1 || [ -x "build/tools/$1" ]; then
        return 0
    fi
    work=$(mktemp -d)
    (cd "$work" && apt-get download -qq "$2" 2>/dev/null) || cp /var/cache/apt/archives/"$2"_*.deb "$work/"
    dpkg-deb --fsys-tarfile "$work/$2"_*.deb | tar -x -C "$work" "./usr/bin/$1"
    mv "$work/usr/bin/$1" "build/tools/$1"
    rm -rf "$work"
    "build/tools/$1" --version
}

bring promtool prometheus
bring amtool prometheus-alertmanager
