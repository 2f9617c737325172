// Package filestore keeps the contents of files found in streams, in the layout of version 2 of Suricata's file-store.
//
//	filestore/
//	  tmp/file.17                             on its way: not whole yet
//	  9e/9ef75134053f…                        a file, named by its SHA-256
//	  9e/9ef75134053f….1515441287.3.json      its fileinfo record, with Config.Fileinfo
//
// A file is written to tmp and moved to its name once it ended, so that a file below its name is always whole, also when the
// process dies; what is in tmp then stays there for the user to look at or to remove, and is never written to again. A
// file that is there already is not kept twice: its time of modification is set anew, so that what was not seen for long can
// be told and pruned. A record's name has the time of the record, in seconds, and a number that the store counts.
//
//	file.File ── Open, Write, Close ──▶ Store ──▶ directory
//	engine ────── fileinfo records ──────┘
//
// A Store is both: a file.Store for the Config of files, and an event.Sink that is given the records.
//
// # Limits
//
// Config.MaxOpen is the number of files that are held open; others are opened for each write, which is the default for all.
// Config.MaxFiles is the number of files that are written at once; contents of further ones are not kept. Counters tell of
// both. Nothing is held in memory. The space on the disk has no limit here.
//
// An error of the file system costs the file that it hits: it is removed from tmp, its record says that it was not stored,
// file_store.fs_errors counts it, and the first one is reported.
package filestore
