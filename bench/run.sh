#!/bin/sh
# Compares two programs on captures: A, B, A, B, … so that whatever else the machine does hits both.
#
#   bench/run.sh [-n RUNS] [-k KEY,…] -b 'COMMAND' [-a 'COMMAND'] CAPTURE…
#
# Each command gets the capture as its last argument and prints one JSON object on a line. A is by default this
# project's bench/assemble with -preload. KEYs are numbers in that object; for each one are printed the medians of A and B,
# their least and greatest values, and the ratio A/B. Two engines compare only if they delivered the same: a difference in
# packets, delivered or lines is pointed out.
set -eu
runs=5 keys=ns_per_packet_cpu,allocs_per_packet,maxrss_kib a= b=
while getopts n:k:a:b: option; do
	case $option in
	n) runs=$OPTARG ;;
	k) keys=$OPTARG ;;
	a) a=$OPTARG ;;
	b) b=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
if [ -z "$b" ] || [ $# -eq 0 ]; then
	sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
	exit 2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -z "$a" ]; then
	(cd "$(dirname "$0")/.." && go build -o "$work/assemble" ./bench/assemble)
	a="$work/assemble -preload"
fi

printf '%-18s %-22s %28s %28s %8s\n' capture key "A (min-max)" "B (min-max)" A/B
for capture in "$@"; do
	: >"$work/a"
	: >"$work/b"
	i=0
	while [ $i -lt "$runs" ]; do
		# The commands are meant to be split into words.
		$a "$capture" >>"$work/a"
		$b "$capture" >>"$work/b"
		i=$((i + 1))
	done
	awk -v capture="$(basename "$capture")" -v keys="$keys" '
		# value returns the number of a key in this line, or "".
		function value(key) {
			if (!match($0, "\"" key "\":[-+0-9.eE]+")) return ""
			return substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3)
		}
		# spread sets median, least and most of the values of a file and key.
		function spread(file, key,    n, i, j, x, v) {
			n = count[file]
			for (i = 1; i <= n; i++) v[i] = seen[file, key, i] + 0
			for (i = 2; i <= n; i++) {
				x = v[i]
				for (j = i - 1; j > 0 && v[j] > x; j--) v[j+1] = v[j]
				v[j+1] = x
			}
			median = v[int((n + 1) / 2)]; least = v[1]; most = v[n]
		}
		# short prints a number with as many digits as say something.
		function short(x) { return sprintf(x < 10 ? "%.3f" : x < 1000 ? "%.1f" : "%.0f", x) }
		BEGIN {
			n = split(keys, key, ",")
			m = split("packets delivered lines", same, " ")
		}
		{
			file = FILENAME == ARGV[1] ? "A" : "B"
			i = ++count[file]
			for (k = 1; k <= n; k++) seen[file, key[k], i] = value(key[k])
			for (k = 1; k <= m; k++) counted[file, same[k]] = value(same[k])
		}
		END {
			for (k = 1; k <= n; k++) {
				spread("A", key[k]); x = median; left = short(median) " (" short(least) "-" short(most) ")"
				spread("B", key[k]); y = median; right = short(median) " (" short(least) "-" short(most) ")"
				printf "%-18s %-22s %28s %28s %8s\n", capture, key[k], left, right, (y > 0 ? sprintf("%.2f", x / y) : "-")
			}
			for (k = 1; k <= m; k++)
				if (counted["A", same[k]] != counted["B", same[k]])
					printf "%-18s %s differ: A %s, B %s\n", capture, same[k], counted["A", same[k]], counted["B", same[k]]
		}' "$work/a" "$work/b"
done
