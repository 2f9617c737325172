// Package expect remembers connections that one flow announced and another one may turn out to be: an FTP client and server
// agree on the port of the next transfer.
//
// A flow belongs to one worker, but a table belongs to all of them: the announced connection may be another worker's. It is
// locked, in shards by the pair of hosts, and touched on events only, never for each packet. Time comes from packets, and
// what is announced later than one asks is not seen: who asks must see to it that all that comes before was announced.
package expect
