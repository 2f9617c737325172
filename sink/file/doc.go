// Package file writes records and other lines to files and to standard output.
//
// An Output is a file of lines: it collects them, writes whole ones, and is opened anew when the file was moved away.
// EVE is an event.Sink that writes records to an Output. Both may be used by several goroutines at once.
//
// A disk that is full or a reader that went away stops nothing: what cannot be written is counted, and the first such
// error is reported. When a write ends in the middle of a line, the line is taken back, or completed by the next
// write where that is not possible.
package file
