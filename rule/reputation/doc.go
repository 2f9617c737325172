// Package reputation has what is known of addresses, for the keyword iprep.
//
// A file of categories names them:
//
//	1,BadHosts,Known bad hosts
//
// and files of addresses say how sure somebody is, from 0 to 127, that one belongs to a category:
//
//	192.0.2.1,1,90
//	198.51.100.0/24,1,30
//
// Of several networks that an address is in, the smallest one counts. A Table is filled by one goroutine; then any number may look
// addresses up, without allocations and in a time that depends on nothing but the number of lengths that prefixes have.
package reputation
