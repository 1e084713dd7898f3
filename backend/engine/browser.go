package engine

import (
	"io"
	"time"

	"github.com/pkg/browser"
)

func init() { browser.Stdout, browser.Stderr = io.Discard, io.Discard } // what opens a browser prints what nobody asked for

// openWait is how long a browser has to say that it can't be opened.
const openWait = 3 * time.Second

// OpenBrowser opens a page in the system's browser, or returns why it can't. It does not
// wait for a browser that ends with its page.
func OpenBrowser(page string) error {
	ended := make(chan error, 1)
	go func() { ended <- browser.OpenURL(page) }()
	select {
	case err := <-ended:
		return err
	case <-time.After(openWait):
		return nil
	}
}
