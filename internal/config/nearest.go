package config

import "fmt"

// Nearest returns the candidate that word is most likely a misspelling of, or "".
func Nearest[T ~string](word string, candidates []T) string {
	best, least := "", limitFor(word)+1
	for _, c := range candidates {
		if d := distance(word, string(c), least); d < least {
			best, least = string(c), d
		}
	}
	return best
}

// limitFor is how many slips are taken for a misspelling: one in short words, a third of long ones.
func limitFor(word string) int { return max(1, min(len(word)/3, 4)) }

func didYouMean[T ~string](word string, candidates []T) string {
	if n := Nearest(word, candidates); n != "" {
		return fmt.Sprintf("; did you mean %s?", n)
	}
	return ""
}

// distance counts the letters to insert, delete, replace or swap with their neighbour to get from a to b. It stops
// counting at limit.
func distance(a, b string, limit int) int {
	if d := len(a) - len(b); d >= limit || -d >= limit || len(a) > 64 || len(b) > 64 {
		return limit
	}
	var rows [3][65]int // of the table: the one before the last, the last, this
	before, last, this := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		this[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(last[j]+1, this[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			this[j] = d
		}
		before, last, this = last, this, before
	}
	return min(last[len(b)], limit)
}
