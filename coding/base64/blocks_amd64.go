package base64

import "golang.org/x/sys/cpu"

// vectors tells whether blocks are decoded.
var vectors = cpu.X86.HasAVX2

// blocks decodes while there is a block left in src and room for one in dst. It goes on behind a CRLF when the line had at most longest
// characters; when that is negative, never. It returns how far it came, and where the line begins that it did not decode to the end.
//
//go:noescape
func blocks(dst, src []byte, longest int) (in, out, linesIn, linesOut int)
