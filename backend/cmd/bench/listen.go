package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// listeners is the number of clients that follow an import. Every other one never reads.
const listeners = 100

// importFollowed imports f while n clients follow its events.
func (b *bench) importFollowed(ctx context.Context, f file, n int) (measured, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var clients sync.WaitGroup
	defer clients.Wait()
	defer stop() // before the wait: it stops the clients that don't read
	return b.importWith(ctx, f, func() error {
		if n == 0 {
			return nil
		}
		api, err := findAPI(ctx, filepath.Join(b.path("home"), "run", "api.json"))
		if err != nil {
			return err
		}
		client := &http.Client{Transport: &http.Transport{}}
		for i := range n {
			body, err := api.follow(ctx, client)
			if err != nil {
				return err
			}
			clients.Go(func() {
				defer body.Close()
				if i%2 == 0 {
					<-ctx.Done()
					return
				}
				_, _ = io.Copy(io.Discard, body) // ends with the import, whatever its outcome
			})
		}
		return nil
	}, "--listen", "127.0.0.1:0")
}

// An api is the address of a running program's API.
type api struct {
	URL   string `json:"url"`
	Token string `json:"token"`
}

// findAPI waits until the program has written its announcement to path.
func findAPI(ctx context.Context, path string) (a api, err error) {
	ctx, stop := context.WithTimeout(ctx, 10*time.Second)
	defer stop()
	for {
		var text []byte
		if text, err = os.ReadFile(path); err == nil {
			return a, json.Unmarshal(text, &a)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return a, err
		}
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return a, fmt.Errorf("the local API does not begin: %w", ctx.Err())
		}
	}
}

// follow opens a stream of all events.
func (a api) follow(ctx context.Context, client *http.Client) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(a.URL, "/")+"/v1/events", nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+a.Token)
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		res.Body.Close()
		return nil, fmt.Errorf("follow the events: %s", res.Status)
	}
	return res.Body, nil
}
