#!/bin/sh
# Makes the profiles that the compiler goes by, bench/assemble/default.pgo and cmd/reknit/default.pgo, from runs over captures:
#
#   bench/profile.sh [-S RULES] [-c CONFIG] CAPTURE…
#
# With rules, which are read with a configuration that has their variables, the sensor is run with them, too. Profiles say which functions
# are called most, so that the compiler writes these out where they are called. Take captures of different traffic, and make
# the profiles anew when the path of a packet has changed much.
set -eu
rules= config=
while getopts S:c: option; do
	case $option in
	S) rules=$(realpath "$OPTARG") ;;
	c) config=$(realpath "$OPTARG") ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
captures=$(realpath "$@")
cd "$(dirname "$0")/.."
go build -pgo=off -o "$work/assemble" ./bench/assemble
go build -pgo=off -o "$work/reknit" ./cmd/reknit
export GOMAXPROCS=1
n=0
for capture in $captures; do
	for _ in 1 2 3 4 5 6; do # a profile has a hundred samples a second
		n=$((n + 1))
		for layer in assemble parse; do
			"$work/assemble" -preload -layer $layer -cpuprofile "$work/$n$layer.pb" "$capture" >/dev/null
		done
		[ -z "$rules" ] || "$work/reknit" -r "$capture" -S "$rules" ${config:+-c "$config"} -l "$work" --runmode single -k none \
			--cpu-profile "$work/${n}detect.pb" >/dev/null 2>&1
	done
done
go tool pprof -proto "$work"/*.pb >"$work/merged" 2>/dev/null
cp "$work/merged" bench/assemble/default.pgo
cp "$work/merged" cmd/reknit/default.pgo
