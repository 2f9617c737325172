// Package coding undoes content codings (RFC 9110, section 8.4) while the bytes arrive: gzip (RFC 1952), deflate (RFC 1950 and
// 1951), br (RFC 7932) and zstd (RFC 8878); and the compression of WebSocket messages (RFC 7692). Bytes are written to a Decoder, in
// pieces of any size, and it hands on what they mean; nothing waits for a reader, and there is no goroutine.
//
//	Decoder.Write ──▶ layer "gzip" ──▶ layer "br" ──▶ Sink
//	                  the outermost coding is the last that the field lists
//
// # What a coding is in truth
//
// Servers name the wrong coding, and clients find out. The first bytes of a layer, up to 256 of them, are tried: gzip, zlib
// and bare deflate stand in for each other, whatever was named. When they are none of these, the bytes are handed on as
// they are, with ErrCoding. When a coding breaks later on, the rest is not handed on.
//
// # Limits
//
// A layer needs about 70 KiB while it decodes gzip or deflate, up to 8 MiB for zstd and 16 MiB for br; Pool.MaxLarge bounds the number
// of the latter. What was decoded and handed on is not kept. Config.BombSize and BombRatio end the decoding of bombs, so that
// the work is bounded by the input.
package coding
