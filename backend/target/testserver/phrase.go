package testserver

import "slices"

// A phrase is a text to the server at which something happens.
type phrase struct {
	text           string
	nth            int // how often it has still to come
	do             verdict
	lose           bool // passes, and the answer is lost
	found, release chan struct{}
}

// LoseAnswer lets the nth of the requests that contain a text (in upper or lower case) reach the
// server, waits for the answer, loses it, and cuts the connection. The channel is closed then.
func (p *Proxy) LoseAnswer(text string, nth int) <-chan struct{} {
	return p.await(&phrase{text: text, nth: nth, lose: true}).found
}

// LoseRequest cuts the connection before the last byte of the text reaches the server, the nth time that
// it comes. The channel is closed then.
func (p *Proxy) LoseRequest(text string, nth int) <-chan struct{} {
	return p.await(&phrase{text: text, nth: nth, do: cut}).found
}

// HoldRequest cuts the client's connection as LoseRequest does, but not that to the server, who gets the
// rest when release is called, once: the request is carried out after the client has given it up.
func (p *Proxy) HoldRequest(text string, nth int) (found <-chan struct{}, release func()) {
	ph := p.await(&phrase{text: text, nth: nth, do: hold, release: make(chan struct{})})
	return ph.found, func() { close(ph.release) }
}

func (p *Proxy) await(ph *phrase) *phrase {
	ph.found = make(chan struct{})
	p.mu.Lock()
	defer p.mu.Unlock()
	p.phrases = append(p.phrases, ph)
	return ph
}

// match looks for phrases in bytes to the server, and returns how many of them pass before the verdict.
// A phrase counts once for a piece of bytes.
func (p *Proxy) match(l *link, data []byte) (int, verdict) {
	const longest = 100 // of a phrase
	before := l.tail
	l.tail = append(append([]byte(nil), l.tail...), data...)
	l.tail = l.tail[max(0, len(l.tail)-longest):]
	for _, ph := range slices.Clone(p.phrases) {
		end := index(before[max(0, len(before)-len(ph.text)+1):], data, ph.text)
		if end < 0 {
			continue
		}
		if ph.nth--; ph.nth > 0 {
			continue
		}
		p.phrases = slices.DeleteFunc(p.phrases, func(other *phrase) bool { return other == ph })
		switch {
		case ph.lose:
			l.losing.Store(ph)
		case ph.do == hold:
			l.held.Store(ph)
			return end - 1, hold
		default:
			close(ph.found)
			return end - 1, cut
		}
	}
	return 0, passed
}
