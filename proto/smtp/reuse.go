package smtp

// newMail returns a mail of the session, in the memory of one that is over if there is some.
func (s *Session) newMail() *Mail {
	m, ok := s.config.mails.Get().(*Mail)
	if !ok {
		return &Mail{Login: s.login, session: s}
	}
	clear(m.Recipients)
	*m = Mail{Tx: m.Tx.Again(), Recipients: m.Recipients[:0], Login: s.login, session: s}
	return m
}

// newMessage returns a message, likewise.
func (s *Session) newMessage() *Message {
	m, ok := s.config.messages.Get().(*Message)
	if !ok {
		return new(Message)
	}
	*m = Message{Files: m.Files[:0], email: m.email}
	return m
}

// What is larger is not kept for another mail.
const (
	maxKeptRecipients = 32
	maxKeptFiles      = 8
)

// Reuse has the memory of m serve another mail, unless the session still reads it or a Handler may have it.
func (m *Mail) Reuse() {
	s := m.session
	if s.config.Handler != nil || s.mail == m || s.text != nil && s.text.mail == m || s.queue.has(m) {
		return
	}
	if t := m.Message; t != nil && cap(t.Files) <= maxKeptFiles {
		s.config.messages.Put(t)
	}
	if cap(m.Recipients) <= maxKeptRecipients {
		s.config.mails.Put(m)
	}
}
