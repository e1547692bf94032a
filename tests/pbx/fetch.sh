#!/bin/sh
# Fetch Debian 11's Asterisk 16 (the last Debian release that has one with chan_dahdi for these libraries) into a folder
# of its own: nothing of the machine is changed. Prints the folder. Run by `make test-pbx`; safe to run again.
set -eu
into=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/loopstart/asterisk}
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
if [ -x "$into/root/usr/sbin/asterisk" ]; then
    echo "$into"
    exit
fi
mkdir -p "$into/lists/partial" "$into/archives/partial" "$into/root"
cat >"$into/bullseye.sources" <<END
Types: deb
URIs: $mirror
Suites: bullseye
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
END
: >"$into/status"
apt() {
    apt-get -qq -o Dir::Etc::sourcelist="$into/bullseye.sources" -o Dir::Etc::sourceparts=- -o Dir::State="$into" \
        -o Dir::State::lists="$into/lists" -o Dir::State::status="$into/status" -o Dir::Cache="$into" \
        -o Dir::Cache::archives="$into/archives" -o APT::Install-Recommends=false -o Debug::NoLocking=true "$@"
}
apt update >&2
# What apt would install on an empty machine; of that only Asterisk itself and libraries, never libc or a compiler.
apt install --print-uris asterisk asterisk-dahdi | tr -d "'" | while read -r uri file rest; do
    case $file in
    libc6_* | libc-* | libc6-* | libstdc++* | libgcc* | *-dev_* | libperl* | libpython* | *binutils* | *-sounds-* | asterisk-config*) ;;
    asterisk* | lib*) echo "$uri" "$file" ;;
    esac
done >"$into/wanted"
while read -r uri file; do
    [ -s "$into/archives/$file" ] || curl -fsS -o "$into/archives/$file" "$uri"
    dpkg -x "$into/archives/$file" "$into/root"
done <"$into/wanted"
rm -rf "$into/archives" "$into/lists"
echo "$into"
