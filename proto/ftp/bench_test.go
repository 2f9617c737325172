package ftp

import (
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// silent is told and says nothing.
type silent struct{}

func (silent) Transaction(*app.Session, app.Transaction) {}
func (silent) Anomaly(*app.Session, *app.Anomaly)        {}
func (silent) Detected(*app.Session)                     {}

// BenchmarkCommand reads commands and their replies: parser and stream, without TCP.
func BenchmarkCommand(b *testing.B) {
	for _, test := range []struct{ name, command, reply string }{
		{"plain", "TYPE I\r\n", "200 Switching to Binary mode.\r\n"},
		{"transfer", "RETR some/file.bin\r\n", "150 Opening BINARY mode data connection.\r\n226 Transfer complete.\r\n"},
		{"passive", "PASV\r\n", "227 Entering Passive Mode (198,51,100,25,195,80).\r\n"},
		{"unknown", "FEAT\r\n", "211-Features:\r\n MDTM\r\n SIZE\r\n211 End\r\n"},
	} {
		b.Run(test.name, func(b *testing.B) {
			v := newTalk(b, New(Config{}), nil, silent{})
			v.say(stream.ToClient, []byte("220 ready\r\n"))
			command, answer := []byte(test.command), []byte(test.reply)
			b.ReportAllocs()
			b.SetBytes(int64(len(command) + len(answer)))
			for b.Loop() {
				v.say(stream.ToServer, command)
				v.say(stream.ToClient, answer)
			}
			v.close()
		})
	}
}

// BenchmarkData reads a file in segments of 1460 bytes.
func BenchmarkData(b *testing.B) {
	v := newTalk(b, NewData(Config{}), &Transfer{Command: "RETR", Name: []byte("a"), dir: stream.ToClient}, silent{})
	segment := make([]byte, 1460)
	b.ReportAllocs()
	b.SetBytes(int64(len(segment)))
	for b.Loop() {
		v.say(stream.ToClient, segment)
	}
	v.close()
}

func TestDataDoesNotAllocate(t *testing.T) {
	v := newTalk(t, NewData(Config{}), &Transfer{Command: "RETR", Name: []byte("a"), dir: stream.ToClient}, silent{})
	segment := make([]byte, 1460)
	v.say(stream.ToClient, segment)
	if n := testing.AllocsPerRun(100, func() { v.say(stream.ToClient, segment) }); n != 0 {
		t.Errorf("a segment takes %v allocations", n)
	}
	v.close()
}
