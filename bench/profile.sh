#!/bin/sh
# Makes the profiles that the compiler goes by, bench/assemble/default.pgo and cmd/reknit/default.pgo, from runs over captures:
#
#   bench/profile.sh CAPTURE…
#
# They say which functions are called most, so that the compiler writes these out where they are called. Take captures
# of different traffic, and make the profiles anew when the path of a packet has changed much.
set -eu
[ $# -gt 0 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
captures=$(realpath "$@")
cd "$(dirname "$0")/.."
go build -pgo=off -o "$work/assemble" ./bench/assemble
n=0
for capture in $captures; do
	for layer in assemble parse; do
		for _ in 1 2 3 4 5 6; do # a profile has a hundred samples a second
			n=$((n + 1))
			GOMAXPROCS=1 "$work/assemble" -preload -layer $layer -cpuprofile "$work/$n.pb" "$capture" >/dev/null
		done
	done
done
go tool pprof -proto "$work"/*.pb >"$work/merged" 2>/dev/null
cp "$work/merged" bench/assemble/default.pgo
cp "$work/merged" cmd/reknit/default.pgo
