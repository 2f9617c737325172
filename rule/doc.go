// Package rule reads Suricata's signature language: files of rules become typed rules, or problems that say where and why not.
//
//	file ─▶ lines (joined, CRLF, comments) ─▶ statement (header, options with their places)
//	        ─▶ keyword table ─▶ Rule ─▶ checks, type, fast pattern ─▶ Set
//
// A Language is the vocabulary: the keywords of this package, the sticky buffers and events of the protocols that it was given,
// the variables and companion files of a configuration. It is read-only once made. A Set is what was loaded with it.
//
// # Adding a keyword
//
// A keyword is one row of a table in keyword_….go: its names, what its value may be, and the function that reads it. A sticky
// buffer is one row in buffer.go, for what the language says about it; its bytes come from an app.Field of the same name.
// What the language has and this package has not is listed in later.go, so that a rule with it is told apart from one with a
// misspelt keyword.
//
// # Packages below
//
//   - number: integer expressions
//   - payload: tests on the bytes of a buffer, and their evaluation
//   - pcre: regular expressions
//   - analysis: rules as JSON, for programs
//
// Missing so far: firewall rules (accept, and the scopes that are theirs), lua, frames; the keywords and buffers of later.go.
package rule
