// Package reknit knits captured packets back into the streams that the endpoints exchanged.
//
// It is the front door of the library: Lines gives the lines of a capture file, Assembler takes packets from any source
// and gives their streams. Both hand out bytes in order as the packets arrive, and say what is lost; nothing more is
// held than the unit that is not complete.
//
// Below it lie the stations, each usable alone: packet (decoding), flow (a table of flows), tcp (connections), stream
// (bytes in order and cursors to read them), app and proto/… (protocol parsers), event (EVE records), engine (all of it).
package reknit
