// Package dataset keeps sets of values that rules look up, add to and take from.
//
//	file ─ lines or JSON ─▶ Set (64 shards: value ─▶ number) ◀─ Find, Add, Remove: workers
//	                         │                                      of the bytes of a buffer
//	                         └─ Append ─▶ file, at the end
//
// # Terms
//
//   - A value is what a set holds: bytes, whose form depends on the Type of the set: the bytes of an address or of a hash, or any.
//   - The text of a value is how files write it: Base64, hexadecimal digits, an address.
//   - The score of a value is a number that its file gives it, for the keyword datarep.
//   - The context of a value is the JSON object that it was found in, for alerts.
//
// All workers share a Set; what is in it at one moment depends on which worker was first. Looking a value up allocates nothing and
// takes time that depends on the value's length alone: hashes have a random seed. What a set holds is limited by its memcap.
package dataset
