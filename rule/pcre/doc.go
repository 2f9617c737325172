// Package pcre reads the regular expressions of rules and matches them against bytes.
//
// Rules are written for PCRE, whose expressions mean bytes, not characters: "\xff" is the byte FF. Parse reads PCRE's syntax
// into a tree. Most trees are handed to the standard library's regexp, which takes linear time; those with look-around,
// back-references, atomic groups or counts it does not take run on a backtracking matcher of our own, which gives up after
// a number of steps: its time is bounded, and does not depend on a clock.
//
// Not read, and an error: recursion and subroutine calls, conditional groups, \p and \X, callouts, verbs such as (*COMMIT) and
// \C. Case is folded for ASCII letters only, as PCRE does without a locale.
package pcre
