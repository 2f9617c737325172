package ftp_test

import (
	"fmt"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/proto/ftp"
	"github.com/reknit/reknit/stream"
)

// The parser alone: bytes of both sides go in, in the order in which they were said.
func ExampleHandler() {
	g, err := app.NewGateway(app.Config{}, []app.Protocol{ftp.New(ftp.Config{Handler: &ftp.Handler{
		OnCommand: func(_ ftp.At, line []byte) app.Verdict {
			fmt.Printf("command %s\n", line)
			return app.Continue
		},
		OnReply: func(_ ftp.At, code int, line []byte) app.Verdict {
			fmt.Printf("reply %d\n", code)
			return app.Continue
		},
		OnLink: func(_ ftp.At, l ftp.Link) app.Verdict {
			fmt.Printf("%s of %s, port %d of %s\n", l.Transfer.Command, l.Transfer.Name, l.Port, l.Addr)
			return app.Continue
		},
	}})}, silent{})
	if err != nil {
		panic(err)
	}
	session := g.NewSession(app.Info{Transport: app.TCP, ServerPort: 21})
	store := stream.NewStore(stream.Config{Immediate: true})
	var pair stream.Pair
	var off [2]int64
	say := func(d stream.Dir, line string) {
		store.Push(&pair, d, off[d], []byte(line+"\r\n"), session)
		off[d] += int64(len(line) + 2)
	}
	say(stream.ToClient, "220 ready")
	say(stream.ToServer, "EPSV")
	say(stream.ToClient, "229 ok (|||50000|)")
	say(stream.ToServer, "PORT 192,0,2,1,156,64")
	say(stream.ToClient, "200 ok")
	say(stream.ToServer, "STOR report.pdf")
	store.Close(&pair, session)
	session.Close()

	// Output:
	// reply 220
	// command EPSV
	// reply 229
	// command PORT 192,0,2,1,156,64
	// reply 200
	// command STOR report.pdf
	// STOR of report.pdf, port 40000 of 192.0.2.1
}

type silent struct{}

func (silent) Transaction(*app.Session, app.Transaction) {}
func (silent) Anomaly(*app.Session, *app.Anomaly)        {}
func (silent) Detected(*app.Session)                     {}
