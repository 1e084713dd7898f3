package signin

import (
	"context"
	"crypto/subtle"
	"html/template"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"linefeed/backend/message"
)

// callbackPath is where the provider sends the browser back to.
const callbackPath = "/callback"

// A callback listens on loopback for the one answer to a sign-in in the browser (RFC 8252,
// section 7.3). Whatever else comes is refused and changes nothing: any page and any program
// of this computer can call it.
type callback struct {
	state  string
	host   string
	server *http.Server
	ended  chan struct{} // closed when the server has ended
	why    error         // it has, then

	taken   atomic.Bool
	answers chan url.Values
	outcome chan error // why the sign-in failed, for the page that the browser shows
}

// listen begins to listen for an answer that repeats state.
func listen(state string) (*callback, error) {
	ln, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c := &callback{
		state: state, host: ln.Addr().String(), ended: make(chan struct{}),
		answers: make(chan url.Values, 1), outcome: make(chan error, 1),
	}
	c.server = &http.Server{
		Handler: c, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: time.Minute,
		MaxHeaderBytes: 32 << 10, ErrorLog: log.New(io.Discard, "", 0), // it would tell addresses
	}
	c.server.SetKeepAlivesEnabled(false)
	go func() {
		defer close(c.ended)
		c.why = c.server.Serve(ln)
	}()
	return c, nil
}

// redirect returns the address that the provider sends the browser to.
func (c *callback) redirect() string { return "http://" + c.host + callbackPath }

// close tells the browser the outcome, if it waits for that, and ends the listener.
func (c *callback) close(outcome error) {
	c.outcome <- outcome
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if c.server.Shutdown(ctx) != nil {
		_ = c.server.Close()
	}
	<-c.ended
}

// ServeHTTP takes the answer.
func (c *callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	switch {
	case r.Host != c.host: // a page whose name leads here: DNS rebinding
		show(w, http.StatusMisdirectedRequest, "This is not "+r.Host+".")
	case r.URL.Path != callbackPath:
		show(w, http.StatusNotFound, "There is nothing here.")
	case r.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		show(w, http.StatusMethodNotAllowed, "There is nothing here.")
	case err != nil || len(q["state"]) != 1 || subtle.ConstantTimeCompare([]byte(q["state"][0]), []byte(c.state)) != 1:
		show(w, http.StatusBadRequest, "This is no answer to the sign-in that is under way. Go back to Linefeed and begin again.")
	case !c.taken.CompareAndSwap(false, true):
		show(w, http.StatusGone, "The sign-in was answered already.")
	default:
		c.answers <- q
		select {
		case err := <-c.outcome:
			if err != nil {
				show(w, http.StatusOK, "You are not signed in: "+err.Error()+".")
			} else {
				show(w, http.StatusOK, "You are signed in. You can close this page.")
			}
		case <-r.Context().Done():
		}
	}
}

// wait returns the answer, which tells a code or an error.
func (c *callback) wait(ctx context.Context) (url.Values, error) {
	select {
	case q := <-c.answers:
		return q, nil
	case <-c.ended:
		return nil, message.NewError(c.why, "signin_no_listener", "use_device", "cause", c.why.Error())
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// page is what the browser shows. It calls nothing and leads nowhere.
var page = template.Must(template.New("").Parse(
	`<!doctype html><html lang="en"><meta charset="utf-8"><title>Linefeed</title><h1>Linefeed</h1><p>{{.}}</p></html>
`))

func show(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer") // the address has the code
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = page.Execute(w, text) // a browser that is gone needs no page
}
