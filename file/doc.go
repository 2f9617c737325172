// Package file follows the files found in streams: their size, gaps, hashes and content type, computed while the bytes
// pass. Nothing of a file is kept but, when its type is asked for, its first bytes.
//
//	parser ── New, Write, Lost, Close ──▶ File ──▶ hashes, type, gaps ──▶ fileinfo
//	                                       │
//	                                       └──▶ Store.Open ──▶ Writer: the contents, as they come
//
// A parser that finds a file makes a File with the settings of its protocol, makes it known with app.Conn.OpenFile, gives it
// its bytes and ends it: Close at its end, Truncate when it was cut off, Fail when what carries it cannot be read. What
// becomes of the contents is the matter of the Config's Store: package sink/filestore writes them to a directory, and a
// program that uses the library has them as they come, from every protocol, by a Store of its own.
//
// # Limits
//
// A name is cut at 4096 bytes. Config.MaxSize ends a file, truncated. Of the gaps the first Config.MaxGaps are listed, the
// others counted. How many files a transaction may have is limited by its parser; how much of a stream there is to be seen
// at all, by the depth of streams.
//
// # Gaps
//
// Lost bytes are part of the size that EVE shows and of the offsets of Missing, but neither of the hashes nor of the stored
// contents: these are what was seen, drawn together, as with Suricata. A file with gaps that came to its end is CLOSED.
// Of a file that is encoded in a mail the lost bytes are those of the encoding, so that sizes and offsets behind them are
// nearly right only.
//
// # Not here
//
// fileinfo.magic is a text of libmagic. Content types come from the package mimetype and are MIME types; they are never
// written as magic, but as reknit.content_type with the extensions (docs/adr/0002).
package file
