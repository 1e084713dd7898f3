package localapi

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"linefeed/backend/event"
)

// A listener that has stalled for long does not delay the end, and one that has only just
// stalled has a second.
func TestStalledListenerDelaysNoEnd(t *testing.T) {
	for stalledFor, want := range map[time.Duration]time.Duration{
		3 * streamsTimeout: 0,
		streamsTimeout / 4: streamsTimeout * 3 / 4,
	} {
		inBubble(t, func(t *testing.T, s *Server, client *http.Client) {
			reads, stalls := get(t, s, client, "/v1/events", ""), get(t, s, client, "/v1/events", "")
			last := make(chan string)
			go func() {
				name := ""
				for _, e := range all(t, reads.Body) {
					name = e.name
				}
				reads.Body.Close()
				last <- name
			}()
			// More than fits into the buffers in between.
			s.hub.Rejects("a", []event.Reject{{Message: strings.Repeat("x", 100_000)}})
			time.Sleep(stalledFor)
			s.hub.State("a", event.State{State: "interrupted", Ended: true})
			s.hub.Close()
			start := time.Now()
			if err := s.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
			// net/http looks whether the answers have ended at growing intervals, of half a second at the most.
			if took := time.Since(start); took < want || took > want+streamsTimeout/2 {
				t.Errorf("a listener that has stalled for %v delays the end by %v, want %v", stalledFor, took, want)
			}
			if got := <-last; got != "state" {
				t.Errorf("the last event of one that reads is %q", got)
			}
			stalls.Body.Close()
		})
	}
}

// Connections that say nothing and uploads that have stopped delay the end by a second at
// the most.
func TestCloseWaitsForNobodyWhoIsSilent(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Server, client *http.Client) {
		silent, err := client.Transport.(*http.Transport).DialContext(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		defer silent.Close()
		upload, err := client.Transport.(*http.Transport).DialContext(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		defer upload.Close()
		if _, err := io.WriteString(upload, "POST /v1/imports?table=t&target=/x.db HTTP/1.1\r\nHost: "+s.host+"\r\nAuthorization: Bearer "+s.token+
			"\r\nContent-Type: text/csv\r\nContent-Length: 1000\r\n\r\na\n1\n"); err != nil {
			t.Fatal(err)
		}
		answer := make(chan string)
		go func() {
			text, _ := io.ReadAll(upload)
			answer <- string(text)
		}()
		synctest.Wait()
		start := time.Now()
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		if took := time.Since(start); took > streamsTimeout+100*time.Millisecond {
			t.Errorf("the end takes %v", took)
		}
		if got := <-answer; !strings.HasPrefix(got, "HTTP/1.1 503 ") {
			t.Errorf("the upload is answered with %q", got)
		}
	})
}
