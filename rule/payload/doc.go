// Package payload has what rules look for in the bytes of one buffer, and reads it as rules write it.
//
// A Test is one condition: a Content, a Regexp, a ByteTest, and so on. The functions Parse… turn the value of one option
// into one Test; they are pure functions of text and know nothing of rules, buffers or protocols.
//
// # Terms
//
//   - buffer: the bytes that are looked at, a packet's payload, a part of a stream or a field of a transaction.
//   - cursor: the end of the last match in the buffer; 0 at first. It is moved by what matches, not by what is negated.
//   - relative: counted from the cursor.
//   - variable: a number that byte_extract or byte_math read from the buffer. A Value is a number or a variable.
package payload
