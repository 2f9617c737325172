// Package mail reads the messages that protocols carry: it takes them apart while they arrive, keeps what EVE shows of them,
// and makes files of their attachments. Package mime knows how a message is made; this one knows the connection and the
// transaction that it belongs to. POP3 and IMAP share it.
//
// Nothing of a message is kept but what mime.Email collects, so that memory does not depend on its size.
package mail
