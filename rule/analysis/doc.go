// Package analysis shows rules as they were understood, as JSON for programs: in which buffers of which protocols they look, from
// which progress of a transaction on, for what, and which pattern must be found first. The form is that of Suricata's
// rules.json and patterns.json, as far as it is about what this engine does: a buffer appears with the protocols that have it
// here, and with its progress here.
//
// Not here, because nothing in this engine corresponds to them: rule groups, the numbers of internal lists, frames and what
// the dependencies of flowbits make of a rule's type.
package analysis
