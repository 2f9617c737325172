package main

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/mime"
	"github.com/reknit/reknit/proto/smtp"
)

// Limits of what is shown of one mail; all of it is in EVE.
const (
	maxRecipients = 5
	maxFiles      = 20
	maxSubject    = 200 // characters, also of names and addresses
)

// mail takes the record of a mail.
func (s *summary) mail(r *event.Record, m *smtp.Mail) {
	if !m.HasFrom() && m.Message == nil && len(m.Recipients) == 0 {
		return // a session without a mail
	}
	s.mails++
	at := mailText{time: r.Time, flow: r.FlowID, number: s.mails}
	if !s.shows(at) {
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s → %s\n", s.clock(r.Time), s.out.style(cyan, sender(m)), s.recipients(m))
	line := func(label, text string) {
		fmt.Fprintf(&b, "  %s %s\n", s.out.style(faint, fmt.Sprintf("%-8s", label)), text)
	}
	message := m.Message
	if message == nil {
		message = new(smtp.Message)
	}
	if message.Email != nil {
		line("Subject", s.out.style(bold, shownText(message.Email.Subject())))
	}
	line("Client", netip.AddrPortFrom(r.Src, r.SrcPort).String()+" to "+netip.AddrPortFrom(r.Dst, r.DstPort).String()+login(m))
	line("Message", s.message(m))
	for i, f := range message.Files {
		if i == maxFiles {
			line("", plural(len(message.Files)-maxFiles, "more file"))
			break
		}
		line("File", attachment(f))
		if sum := f.SHA256(); sum != nil {
			line("", s.out.style(faint, "SHA-256 "+hex.EncodeToString(sum)))
		}
	}
	b.WriteByte('\n')
	at.text = b.String()
	s.show(at)
}

// mailText is a mail as it is shown.
type mailText struct {
	time   int64 // when it was complete
	flow   uint64
	number uint64 // as it came
	text   string
}

func (m mailText) compare(n mailText) int {
	return cmp.Or(cmp.Compare(m.time, n.time), cmp.Compare(m.flow, n.flow), cmp.Compare(m.number, n.number))
}

// maxSorted is the number of mails that are sorted at most; there are more only if all are to be shown.
const maxSorted = 1000

// sorts reports whether mails wait until all are there: those of several workers do, to be in the order of the capture.
func (s *summary) sorts() bool { return s.unordered && s.maxMails <= maxSorted }

// shows reports whether a mail is among those to be shown, as far as is known yet.
func (s *summary) shows(m mailText) bool {
	if s.sorts() {
		return len(s.early) < s.maxMails || m.compare(s.early[len(s.early)-1]) < 0
	}
	return s.mails <= uint64(s.maxMails)
}

// show prints a mail, or keeps it until those before it are known.
func (s *summary) show(m mailText) {
	if !s.sorts() {
		fmt.Fprint(s.out, m.text)
		return
	}
	i, _ := slices.BinarySearchFunc(s.early, m, mailText.compare)
	s.early = slices.Insert(s.early, i, m)
	s.early = s.early[:min(len(s.early), s.maxMails)]
}

// printMails prints the mails that were kept.
func (s *summary) printMails(b *strings.Builder) {
	for _, m := range s.early {
		b.WriteString(m.text)
	}
	s.early = nil
}

// shownText makes text from the wire fit for a line.
func shownText(text string) string { return clip(printable(text), maxSubject) }

func sender(m *smtp.Mail) string {
	switch {
	case !m.HasFrom():
		return "(no sender)"
	case m.From.Address() == "":
		return "<>"
	}
	return shownText(m.From.Address())
}

// recipients names those that were taken, and then those that were not.
func (s *summary) recipients(m *smtp.Mail) string {
	var names []string
	refused, more := 0, int(m.Unlisted)
	for i := range m.Recipients {
		r := &m.Recipients[i]
		if len(names) == maxRecipients {
			more++
			continue
		}
		name := s.out.style(cyan, shownText(r.Address()))
		if r.Reply >= 400 {
			refused++
			name += fmt.Sprintf(" (refused: %d)", r.Reply)
		}
		names = append(names, name)
	}
	if more > 0 {
		names = append(names, count(more)+" more")
	}
	if len(names) == 0 {
		return "(no recipient)"
	}
	return strings.Join(names, ", ")
}

// login tells who sent the mail.
func login(m *smtp.Mail) string {
	switch l := m.Login; {
	case l == nil || l.User == "":
		return ""
	case l.Accepted():
		return ", logged in as " + shownText(l.User)
	default:
		return ", not logged in as " + shownText(l.User)
	}
}

// message tells about the message as a whole, and what became of it.
func (s *summary) message(m *smtp.Mail) string {
	if m.Message == nil {
		return "none was sent"
	}
	text := bytesOf(m.Message.Size)
	if lost := m.Message.Lost; lost > 0 {
		text += fmt.Sprintf(", and %s lost", bytesOf(lost))
	}
	if !m.Message.Whole {
		text += ", cut off"
	}
	switch {
	case m.Delivered():
		text += ", accepted"
	case m.Reply != 0:
		text += s.out.style(red, fmt.Sprintf(", refused: %d", m.Reply))
	default:
		text += ", no answer seen"
	}
	return text
}

// attachment describes a file.
func attachment(f *smtp.Attachment) string {
	text := shownText(mime.DecodeHeader(f.Name)) + ", " + bytesOf(f.Size)
	if f.MediaType != "" {
		text += ", " + shownText(f.MediaType)
	}
	if found := f.Type(); disagree(f.MediaType, found) {
		text += ", but the content is " + found
	}
	if f.Gaps {
		text += ", with gaps"
	}
	if f.State() == file.Truncated || f.State() == file.Error {
		text += ", cut off"
	}
	return text
}

// disagree reports whether the type that a file is said to have and the one it was found to have cannot both be right.
// Types that say little are not held against one another.
func disagree(said, found string) bool {
	said, _, _ = strings.Cut(strings.ToLower(said), ";")
	found, _, _ = strings.Cut(found, ";")
	said, found = strings.TrimSpace(said), strings.TrimSpace(found)
	switch {
	case said == "" || found == "" || said == found:
		return false
	case found == "application/octet-stream" || strings.HasPrefix(found, "text/"):
		return false
	case said == "application/octet-stream":
		return true
	case strings.TrimPrefix(said[strings.IndexByte(said, '/')+1:], "x-") == strings.TrimPrefix(found[strings.IndexByte(found, '/')+1:], "x-"):
		return false
	case found == "application/zip":
		return strings.HasPrefix(said, "image/") || strings.HasPrefix(said, "text/") // many formats are zip archives
	}
	return true
}
